"""The whole story, on both databases: from the timetable to a certificate that expires."""

from __future__ import annotations

from tests.journeys import booking, joining
from tests.journeys.cast import FIRST, INSTRUCTOR, KNOWN, SECOND, STAFF
from tests.journeys.conftest import World
from tests.make import Make


def test_from_the_timetable_to_a_certificate_that_expires(world: World, make: Make) -> None:
    make.issuer()
    make.staff(STAFF)
    instructor = make.instructor(INSTRUCTOR)
    run = make.run(instructor=instructor.person)
    me = world.walker()
    joining.registers(me, world, "tanaka@example.jp")
    joining.joins(me, "みなと国際交流事業協同組合")
    joining.keeps(me, KNOWN)
    booking.finds_a_course(me)
    booking.finds_a_run(me, run.reference, course=booking.COURSE, region="kanto")
    reference = booking.names_attendees(me, [KNOWN], [FIRST, SECOND])
    booking.orders(me, "bank_transfer")
    print(me.text)
    print(world.letters("tanaka@example.jp"))
