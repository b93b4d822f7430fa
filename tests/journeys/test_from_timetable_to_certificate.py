"""The whole story through HTTP, on both databases."""

from __future__ import annotations

from tests.journeys.cast import INSTRUCTOR, STAFF
from tests.journeys.conftest import World
from tests.journeys.story import Story
from tests.journeys.visitor import Visitor
from tests.make import Make


def test_from_the_timetable_to_a_certificate_that_expires(world: World, make: Make) -> None:
    story = begun(world, make)
    story.is_planned()
    story.begins()
    story.is_booked("bank_transfer")
    story.is_paid_by_transfer()
    story.is_confirmed()
    story.is_in_the_diary()
    story.is_taught()
    story.is_certified()
    story.is_verified()
    story.counts()
    story.reminds()
    story.expires()


def test_d19_the_last_page_before_the_order_says_the_six_things(world: World, make: Make) -> None:
    story = begun(world, make)
    story.is_planned()
    story.begins()
    me = story.me
    assert isinstance(me, Visitor)
    story.holds_seats()
    for item in ("quantity", "price", "payment", "supply", "period", "cancellation"):
        found = [one for one in me.main.all("div") if one["id"] == f"item-{item}"]
        assert len(found) == 1, item
        assert found[0].all("dd")[0].text, item
    me.sees("¥11,500（税込）", "¥34,500（税込）")


def begun(world: World, make: Make) -> Story:
    """The house has its staff, an instructor and its catalogue; four people sit down at their browsers."""
    world.stock()
    make.staff(STAFF)
    instructor = make.instructor(INSTRUCTOR).person
    me, clerk, teacher, stranger = (world.walker() for _ in range(4))
    return Story(world, me, clerk, teacher, stranger, "tanaka@example.jp", instructor.full_name)
