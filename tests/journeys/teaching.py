"""Chapter: the day itself, as the instructor writes it down."""

from __future__ import annotations

from tests.journeys.cast import Person
from tests.journeys.walkers import Walker


def opens_the_roster(me: Walker, reference: str) -> None:
    """From the instructor's own list to today's roster."""
    me.open("/teaching").shoot("teaching")
    me.open(f"/teaching/runs/{reference}/roster").shoot("roster")


def saw(me: Walker, person: Person, *, score: int | None = None, missed: int = 0, made_up: int = 0) -> None:
    """Somebody came: identity checked; minutes missed of the first meeting, and made up; the test."""
    me.fill_in({me.control(person.name, "-identity"): "y"})
    if score is not None:
        me.fill_in({me.control(person.name, "-score"): str(score)})
    if missed:
        me.unfold(person.name)
        me.fill_in(
            {
                me.control(person.name, "-minutes-0-missed"): str(missed),
                me.control(person.name, "-minutes-0-made_up"): str(made_up),
            }
        )


def missed(me: Walker, person: Person) -> None:
    """Somebody did not come."""
    me.fill_in({me.control(person.name, "-absent"): "y"})


def saves_all(me: Walker) -> None:
    me.press(me.words("Save all")).shoot("roster-saved")


def closes_the_roster(me: Walker) -> None:
    """Read once more, then final."""
    say = me.words
    me.follow(say("Review and close the roster")).shoot("roster-closing")
    me.press(say("Close the roster")).sees(say("This roster is closed")).shoot("roster-closed")
