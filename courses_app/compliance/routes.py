"""An organization's people at a glance, and the roles of each."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.accounts.models import Person
from courses_app.accounts.queries import establishment_of, establishments_of, person_of
from courses_app.catalogue.rules import DutyStrength
from courses_app.compliance import operations, queries
from courses_app.compliance.forms import STATES, AppointmentForm, BoardFilter, EndForm
from courses_app.compliance.models import Appointment
from courses_app.compliance.queries import Line
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.tables import csv_response
from courses_app.foundation.templating import local
from courses_app.foundation.web import see_other, writes

pages = Blueprint("compliance", __name__)
Answer = Response | str | tuple[str, int]

TONES = {"expired": "error", "never": "warning", "expiring": "warning", "valid": "success", "unassigned": "neutral"}
SHAPES = {"expired": "error", "never": "warning", "expiring": "time", "valid": "success", "unassigned": "remove"}


@pages.app_context_processor
def words() -> dict[str, object]:
    """How a standing is said: a word, its tone, and the drawing beside it."""
    return {"standing_words": STATES, "standing_tones": TONES, "standing_shapes": SHAPES}


@pages.get("/organization/compliance")
@coordinator
def overview() -> Answer:
    form = BoardFilter(request.args)
    number = page_number(request.args.get("page"))
    board = queries.board_of(current_organization(), form.wanted(), number=number, now=clock.now())
    form.offer(board.roles, board.establishments)
    return render_template("compliance/overview.html", board=board, form=form)


@pages.get("/organization/compliance.csv")
@coordinator
def overview_csv() -> Answer:
    """The whole list under its filter."""
    wanted = BoardFilter(request.args).wanted()
    lines = queries.lines_of(current_organization(), wanted, on=clock.today())
    return csv_response("compliance.csv", _header(), _cells(lines))


@pages.get("/organization/people/<reference>/roles")
@coordinator
def roles(reference: str) -> Answer:
    return _roles_page(_person(reference), _appointment_form())


@pages.post("/organization/people/<reference>/roles")
@writes
@coordinator
def appoint(reference: str) -> Answer:
    person, form = _person(reference), _appointment_form()
    establishment = establishment_of(current_organization(), form.establishment.data or "")
    if not form.validate_on_submit() or establishment is None:
        return _roles_page(person, form), 422
    try:
        operations.appoint(
            person, form.role.data, establishment, from_on=form.first_day, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _roles_page(person, form), refusal.status
    flash(_("The role has been entered."), "success")
    return see_other("compliance.roles", reference=reference)


@pages.get("/organization/people/<reference>/roles/<role>/<establishment>/ending")
@coordinator
def ending(reference: str, role: str, establishment: str) -> Answer:
    person, appointment = _appointment(reference, role, establishment)
    form = EndForm(data={"until_on": appointment.until_on or clock.today()})
    return render_template("compliance/ending.html", person=person, appointment=appointment, form=form)


@pages.post("/organization/people/<reference>/roles/<role>/<establishment>/ending")
@writes
@coordinator
def end(reference: str, role: str, establishment: str) -> Answer:
    person, appointment = _appointment(reference, role, establishment)
    form = EndForm()
    page = {"person": person, "appointment": appointment, "form": form}
    if not form.validate_on_submit():
        return render_template("compliance/ending.html", **page), 422
    try:
        operations.end_appointment(appointment, until_on=form.last_day, by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return render_template("compliance/ending.html", **page), refusal.status
    flash(_("The last day of the role has been entered."), "success")
    return see_other("compliance.roles", reference=reference)


def _person(reference: str) -> Person:
    return person_of(current_organization(), reference) or abort(404)


def _appointment(reference: str, role: str, establishment: str) -> tuple[Person, Appointment]:
    person = _person(reference)
    found = queries.appointment_of(
        current_organization(), person, role=role, establishment=establishment, on=clock.today()
    )
    return person, found or abort(404)


def _appointment_form() -> AppointmentForm:
    organization, today = current_organization(), clock.today()
    form = AppointmentForm(data={"from_on": today})
    return form.offer(queries.roles_for(organization, on=today), establishments_of(organization))


def _roles_page(person: Person, form: AppointmentForm) -> str:
    organization, now = current_organization(), clock.now()
    return render_template(
        "compliance/roles.html",
        person=person,
        form=form,
        appointments=queries.appointments_of(organization, person, on=clock.day_of(now)),
        rows=queries.rows_of_person(organization, person, now=now),
    )


def _header() -> list[str]:
    return [
        _("Establishment"), _("Family name"), _("Given name"), _("Reading"), _("Role"), _("Course"), _("Duty"),
        _("Completed on"), _("Valid through"), _("Standing"), _("Days left"),
    ]  # fmt: skip


def _cells(lines: list[Line]) -> Iterator[list[object]]:
    for line in lines:
        reached = line.standing
        yield [
            line.establishment.name if line.establishment else "",
            line.person.family_name,
            line.person.given_name,
            line.person.full_name_kana,
            local(line.role, "name") if line.role else "",
            local(line.course, "name") if line.course else "",
            DutyStrength(line.requirement.strength).label if line.requirement else "",
            reached.completed_on if reached else None,
            reached.valid_through if reached else None,
            STATES[line.state],
            reached.days_left if reached else None,
        ]
