"""Requests as staff see them: a quote, a question or a no; the plan confirmed; and the services themselves."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts.guards import current_actor, staff
from courses_app.catalogue.queries import instructors
from courses_app.dispatches import operations, queries
from courses_app.dispatches.forms import NewServiceForm, OfficeFilter, QuestionForm, QuoteForm, ReasonForm, ServiceForm
from courses_app.dispatches.models import Dispatch, Service
from courses_app.dispatches.rules import DISPATCH, DispatchMove
from courses_app.dispatches.rules.told import TOLD
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import page_number
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes

pages = Blueprint("dispatches_admin", __name__)

Answer = str | Response | tuple[str, int]
Typed = TypeVar("Typed", bound=BaseForm)


@pages.get("/office/requests")
@staff
def dispatches() -> str:
    form = OfficeFilter(request.args)
    page = queries.office_page(form.wanted(), number=page_number(request.args.get("page")))
    return render_template("dispatches/office_requests.html", page=page, form=form)


@pages.get("/office/requests/<reference>")
@staff
def dispatch(reference: str) -> Answer:
    return _page(reference, ReasonForm(formdata=None))


def _page(reference: str, form: BaseForm) -> str:
    found = _found(reference)
    return render_template(
        "dispatches/office_request.html",
        dispatch=found,
        form=form,
        asking=_typed(form, QuestionForm),
        declining=_typed(form, ReasonForm),
        may={move.value: DISPATCH.allows(found.state, move) for move in DispatchMove},
        trail=queries.trail_of(found),
        move_words=TOLD.action,
    )


@pages.post("/office/requests/<reference>/question")
@refusals_on(QuestionForm, _page)
@writes
@staff
def ask(reference: str) -> Answer:
    found, form = _found(reference), QuestionForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.ask_back(dispatch=found, words=form.question.data or "", by=current_actor(), now=clock.now())
    flash(_("The question has been sent."), "success")
    return see_other("dispatches_admin.dispatch", reference=reference)


@pages.post("/office/requests/<reference>/refusal")
@refusals_on(ReasonForm, _page)
@writes
@staff
def decline(reference: str) -> Answer:
    found, form = _found(reference), ReasonForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.decline(dispatch=found, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The request has been declined, and the organization told why."), "success")
    return see_other("dispatches_admin.dispatch", reference=reference)


@pages.get("/office/requests/<reference>/quote")
@staff
def quote(reference: str) -> Answer:
    found = _found(reference)
    DISPATCH.after(found.state, DispatchMove.QUOTE)
    return _quoting(found, QuoteForm.proposed(found, today=clock.today()))


@pages.post("/office/requests/<reference>/quote")
@writes
@staff
def send_quote(reference: str) -> Answer:
    found, form = _found(reference), QuoteForm()
    if form.added_or_removed(request.form):
        return _quoting(found, form)
    if not form.validate():
        return _quoting(found, form), 422
    try:
        operations.make_quote(
            dispatch=found, facts=form.facts(), seen=form.quotes_seen, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _quoting(found, form), refusal.status
    flash(_("The quote has been sent."), "success")
    return see_other("dispatches_admin.dispatch", reference=reference)


@pages.post("/office/requests/<reference>/plan")
@refusals_on(ReasonForm, _page)
@writes
@staff
def plan(reference: str) -> Answer:
    operations.plan(dispatch=_found(reference), by=current_actor(), now=clock.now())
    flash(_("The plan is confirmed. The organization can name who attends."), "success")
    return see_other("dispatches_admin.dispatch", reference=reference)


@pages.post("/office/requests/<reference>/calling-off")
@refusals_on(ReasonForm, _page)
@writes
@staff
def call_off(reference: str) -> Answer:
    found, form = _found(reference), ReasonForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.call_off(dispatch=found, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The agreement has ended; the organization has been told, and its invoice is settled."), "success")
    return see_other("dispatches_admin.dispatch", reference=reference)


@pages.get("/office/services")
@staff
def services() -> str:
    found = queries.all_services()
    return render_template("dispatches/office_services.html", services=found, today=clock.today())


@pages.get("/office/services/new")
@staff
def new_service() -> Answer:
    example = next(iter(queries.all_services()), None)
    return _describing(NewServiceForm.like(example, today=clock.today()), None)


@pages.post("/office/services/new")
@writes
@staff
def add_service() -> Answer:
    form = NewServiceForm()
    if not form.validate():
        return _describing(form, None), 422
    try:
        operations.add_service(form.code.data or "", form.facts(), by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _describing(form, None), refusal.status
    flash(_("The service has been added."), "success")
    return see_other("dispatches_admin.services")


@pages.get("/office/services/<code>")
@staff
def service(code: str) -> Answer:
    found = _service(code)
    return _describing(ServiceForm.of(found), found)


@pages.post("/office/services/<code>")
@writes
@staff
def change_service(code: str) -> Answer:
    found, form = _service(code), ServiceForm()
    if not form.validate():
        return _describing(form, found), 422
    try:
        version = form.seen_version
        operations.change_service(found, form.facts(), version=version, by=current_actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _describing(form, found), refusal.status
    flash(_("The changes have been saved."), "success")
    return see_other("dispatches_admin.services")


def _found(reference: str) -> Dispatch:
    return queries.dispatch_for_office(reference) or abort(404)


def _service(code: str) -> Service:
    return queries.service_by_code(code) or abort(404)


def _describing(form: ServiceForm, found: Service | None) -> str:
    return render_template("dispatches/office_service.html", service=found, form=form)


def _quoting(found: Dispatch, form: QuoteForm) -> str:
    form.offer(instructors())
    return render_template("dispatches/office_quote.html", dispatch=found, form=form)


def _typed(form: BaseForm, kind: type[Typed]) -> Typed:
    """The form that was sent, or an empty one of its kind."""
    return form if isinstance(form, kind) else kind(formdata=None)
