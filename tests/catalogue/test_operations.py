"""Changing the catalogue."""

from __future__ import annotations

from flask import Flask

from courses_app.catalogue import queries
from courses_app.catalogue.models import RunStatus
from tests.catalogue.making import MakeCatalogue
from tests.make import Make


class Making(Make, MakeCatalogue):
    pass


def test_the_catalogue_loads_once(inside: Flask) -> None:
    make = Making(inside)
    make.course()
    make.course()
    assert len(queries.course_lines()) == 19
    assert len(queries.venues()) == 11


def test_a_run_is_planned_and_published(inside: Flask) -> None:
    run = Making(inside).run()
    assert run.status is RunStatus.PUBLISHED
    assert [meeting.net_minutes for meeting in run.meetings] == [120, 30, 120, 90, 0]
