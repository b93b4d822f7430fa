"""When a run may be moved, and where to: never into the past, and once it has begun not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses_app.catalogue import queries
from courses_app.catalogue.rules import PlanRefused, RunHasBegun
from tests.accounts.signing import csrf_token, sign_in
from tests.catalogue.test_operations import DAY, HOUR, change, moved_by, plan_of
from tests.catalogue.test_routes import changed_run
from tests.make import Make


@pytest.mark.parametrize("published", [True, False])
def test_no_run_is_moved_into_the_past(inside: Flask, make: Make, published: bool) -> None:
    run = make.run(days_ahead=40, published=published)
    plan = replace(moved_by(plan_of(run, make), -41 * DAY), booking_closes_at=run.booking_opens_at + HOUR)
    with pytest.raises(PlanRefused) as refused:
        change(run, plan, make)
    assert refused.value.field == "meetings"
    after = queries.run_by_reference(run.reference)
    assert after is not None
    assert (after.starts_at, after.sequence) == (run.starts_at, 0)


def test_the_refusal_of_a_begun_run_stands_on_what_was_changed(inside: Flask, make: Make) -> None:
    run = make.run(days_ahead=-1)
    plan = plan_of(run, make)
    for changed, field in ((moved_by(plan, HOUR), "meetings"), (replace(plan, venue="osaka-honmachi"), "venue")):
        with pytest.raises(RunHasBegun) as refused:
            change(run, changed, make)
        assert refused.value.field == field


def test_a_draft_whose_day_has_passed_gets_another(inside: Flask, make: Make) -> None:
    draft = make.run(days_ahead=-3, published=False)
    assert change(draft, moved_by(plan_of(draft, make), 50 * DAY), make).moved


def test_the_page_says_what_can_still_be_changed(app: Flask, client: FlaskClient, make: Make) -> None:
    sign_in(client, make.staff().email)
    begun, coming = make.run(days_ahead=-1), make.run(days_ahead=40)
    words = "講師、時限の名称、言語、受講料は変更できます"
    assert words in client.get(f"/office/runs/{begun.reference}/edit").get_data(as_text=True)
    path = f"/office/runs/{coming.reference}/edit"
    assert words not in client.get(path).get_data(as_text=True)
    past = changed_run(app, coming.reference, booking_opens_on="2020-01-01", booking_closes_on="2020-02-01")
    past |= {name: "2020-03-03" for name in past if name.startswith("meetings-") and name.endswith("-on")}
    answer = client.post(path, data={**past, "csrf_token": csrf_token(client, path)})
    assert answer.status_code == 409
    assert "開催日時は、現在より後にしてください" in answer.get_data(as_text=True)
