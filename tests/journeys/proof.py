"""Chapters: certificates, and whether they are genuine."""

from __future__ import annotations

from tests.journeys.cast import Person
from tests.journeys.walkers import Walker

GENUINE, EXPIRED = "This certificate is genuine and valid", "This certificate is genuine, but has expired"


def verifies(anybody: Walker, number: str, person: Person, says: str) -> None:
    """Anybody with the paper in their hand: by number the name is masked, with the date of birth it is whole."""
    say = anybody.words
    anybody.open("/certificates/verify").shoot("verify")
    anybody.fill(number=number).press(say("Check"))
    anybody.sees(say(says)).misses(person.name).shoot("verified")
    anybody.fill(number=number, born_on=person.born_on.isoformat()).press(say("Check"))
    anybody.sees(say(says), person.name).shoot("verified-name")


def meets_forgeries(anybody: Walker, number: str, person: Person) -> None:
    """A number that was never given, and a date of birth that is somebody else's."""
    say = anybody.words
    anybody.open("/certificates/verify").fill(number=f"{number[:-6]}999999").press(say("Check"), status=404)
    anybody.misses(person.name).shoot("verify-unknown")
    anybody.fill(number=number, born_on="2001-01-01").press(say("Check"), status=422)
    anybody.misses(person.name).shoot("verify-wrong-day")


def scans(anybody: Walker, link: str, person: Person) -> None:
    """The page behind the QR code."""
    say = anybody.words
    anybody.open(link).misses(person.name).shoot("certificate")
    anybody.fill(born_on=person.born_on.isoformat()).press(say("Show the name")).sees(person.name)


def downloads(me: Walker, number: str) -> bytes:
    """The organization's own copy, from its list."""
    me.open("/organization/certificates").sees(number).shoot("certificates")
    return me.download(me.address_of(f"PDF {number}"))
