"""Seats and revenue by course and month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.foundation import clock
from courses_app.office import queries
from courses_app.office.rules import fiscal_year_of
from tests.office.conftest import MakeHere
from tests.office.test_outbox import rows_of


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2027, 3, 31), 2026), (date(2027, 4, 1), 2027), (date(2026, 12, 31), 2026), (date(2028, 2, 29), 2027)],
)
def test_the_fiscal_year_begins_in_april(day: date, year: int) -> None:
    assert fiscal_year_of(day) == (date(year, 4, 1), date(year + 1, 3, 31))


def test_only_confirmed_seats_of_runs_that_take_place_count(inside: Flask) -> None:
    make = MakeHere(inside)
    run = make.run("SUP", capacity=10, days_ahead=30)
    paid = make.paid(run, 2)
    make.ordered(run, 3)
    make.called_off(make.run("TIM", venue="osaka-honmachi"))
    around = {"from_on": clock.today() - timedelta(days=40), "until_on": clock.today() + timedelta(days=400)}
    (line,) = queries.figures(**around)
    assert (line.course.code, line.runs, line.seats, line.capacity, line.revenue) == ("SUP", 1, 2, 10, paid.total)
    assert line.month == clock.day_of(run.starts_at).replace(day=1)
    assert queries.together([line, line]) == (2, 4, 20, paid.total * 2)


def test_months_are_chosen_and_exported(make: MakeHere, desk: FlaskClient) -> None:
    run = make.run("SUP", days_ahead=30)
    month = f"{clock.day_of(run.starts_at):%Y-%m}"
    rows = rows_of(desk.get(f"/office/reports.csv?from_month={month}&until_month={month}").get_data(as_text=True))
    assert [(row[0], row[1], row[3]) for row in rows[1:]] == [(month, "SUP", "1")]
    assert (
        rows_of(desk.get("/office/reports.csv?from_month=2020-01&until_month=2020-02").get_data(as_text=True))[1:] == []
    )
    assert desk.get("/office/reports?from_month=nonsense").status_code == 200
