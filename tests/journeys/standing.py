"""Chapters: who needs what by when; the diary."""

from __future__ import annotations

from tests.journeys.cast import Person
from tests.journeys.walkers import Walker

SUPERVISION_MANAGER = "supervision_manager"


def appoints(me: Walker, person: Person) -> None:
    """Somebody becomes supervision manager of the head office."""
    say = me.words
    me.open("/organization/compliance").shoot("compliance")
    me.follow(person.name).shoot("roles")
    me.fill(role=SUPERVISION_MANAGER).press(say("Enter the role"))
    me.sees(say("The role has been entered.")).shoot("role-entered")


def stands(me: Walker, person: Person, word: str) -> str:
    """The line of somebody on the overview, in this standing."""
    me.open("/organization/compliance")
    line = me.row(person.name)
    assert me.words(word) in line, f"{person.name} is not {word!r}: {line}"
    me.shoot(f"compliance-{word.partition(' ')[0].lower()}")
    return line


def opens_the_diary(me: Walker) -> str:
    """A private address for the calendar program, shown once."""
    say = me.words
    me.open("/organization/calendar").shoot("calendar")
    me.unfold().press(say("Make a new address")).shoot("calendar-address")
    return me.copied("/feeds/")
