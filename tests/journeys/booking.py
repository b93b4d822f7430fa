"""Chapters: from the question which course one needs to a placed order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.journeys.cast import Person
from tests.journeys.walkers import Walker

PAY = {"ja": "カードで支払う", "en": "Pay by card"}  # words of the payment firm's page
SUPERVISION_MANAGER, COURSE = "supervision_manager", "supervision-managers"


def finds_a_course(me: Walker) -> None:
    """From the first page, by the role somebody has, to the dates of the course it asks for."""
    say = me.words
    me.open("/").shoot("home")
    me.follow(say("Which course do I need?")).shoot("finder")
    me.open(f"/which-course?role={SUPERVISION_MANAGER}").shoot("finder-answer")
    me.follow(say("About this course")).shoot("course")
    me.open("/courses").shoot("courses")


def finds_a_run(me: Walker, reference: str, **wanted: str) -> None:
    """The timetable, narrowed, shows the run; its page offers seats."""
    say = me.words
    me.open("/runs").shoot("timetable")
    me.fill(**wanted).press(say("Narrow the list")).shoot("timetable-narrowed")
    found = me.addresses("/runs/")
    assert f"/runs/{reference}" in found, found
    me.open(f"/runs/{reference}").shoot("run")
    me.follow(say("Book seats")).shoot("attendees")


def names_attendees(me: Walker, known: Sequence[Person], new: Sequence[Person]) -> str:
    """Known people are ticked, new ones typed; the reference of the booking whose seats are now held."""
    say = me.words
    for person in known:
        me.tick(person.name)
    for number, person in enumerate(new):
        if number:
            me.press(say("Add another attendee"))
        me.fill_in(person.fields(f"attendees-{number}-"))
    me.shoot("attendees-named").press(say("Keep the seats and go on to the check"))
    me.sees(*(person.name for person in [*known, *new])).shoot("review")
    found = re.fullmatch(r"/bookings/([^/]+)", me.path)
    assert found, me.path
    return found[1]


def orders(me: Walker, method: str) -> None:
    """The last button of all: names compared, a way to pay, a paid order."""
    me.fill(names_confirmed="y", payment_method=method)
    me.press(me.words("Place this order (to be paid)"))


def pays_by_card(me: Walker, order: str) -> None:
    """From our page to the payment firm's and back: the seats are confirmed."""
    say = me.words
    me.shoot("payment").press(say("Go on to the payment page")).press(PAY[say.language])
    me.arrives(say("Look at the payment now"), f"/bookings/{order}")
    me.sees(say("The seats are confirmed."))
