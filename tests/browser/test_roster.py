"""The roster on a phone, when another tab has changed the same entry meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.servers import Live
from tests.browser.surfer import NARROW, surfing
from tests.journeys.cast import signs_in
from tests.make import Make

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("saved", ["all", "one"])
def test_d08_r41_the_comparison_fits_a_narrow_phone(chromium: Browser, live: Live, make: Make, saved: str) -> None:
    teacher = make.instructor()
    run = make.run(days_ahead=-1, instructor=teacher.person)
    seat = make.paid(run, now=run.booking_opens_at).seats[0]
    with (
        surfing(chromium, live.url, f"roster-conflict-{saved}", "ja", NARROW) as me,
        surfing(chromium, live.url, f"roster-before-{saved}", "ja", NARROW) as other,
    ):
        for one in (me, other):
            signs_in(one, teacher.email).open(f"/teaching/runs/{run.reference}/roster")
        score = me.control(seat.full_name, "-score")
        other.fill_in({score: "80"}).press(other.words("Save all"))
        me.fill_in({score: "95"})
        if saved == "all":
            me.press(me.words("Save all"), status=409)
        else:
            me.press(f"{me.words('Save')} {seat.full_name}")
        me.sees(me.words("Values to compare"), "95", "80").shoot("compared")
