"""What can be asked for, asking, and what became of it: the organization's pages."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts.guards import coordinator, current_actor, current_organization, current_person
from courses_app.catalogue.queries import prefectures
from courses_app.dispatches import operations, queries
from courses_app.dispatches.forms import AnswerForm, RequestForm, WithdrawalForm
from courses_app.dispatches.models import Dispatch, Service
from courses_app.dispatches.rules import DISPATCH, DispatchMove
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import page_number
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import locale
from courses_app.foundation.web import paper, public, see_other, writes

pages = Blueprint("dispatches", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/services")
@public
def services() -> str:
    return render_template("dispatches/services.html", services=queries.offered_services(clock.today()))


@pages.get("/services/<code>")
@public
def service(code: str) -> str:
    return render_template("dispatches/service.html", service=_service(code))


@pages.get("/services/<code>/requests/new")
@coordinator
def new(code: str) -> Answer:
    found = _service(code)
    form = RequestForm.proposed(found, organization=current_organization(), form_token=new_token())
    return _asking(found, form)


@pages.post("/services/<code>/requests")
@writes
@coordinator
def create(code: str) -> Answer:
    found, form = _service(code), RequestForm()
    if not form.validate():
        return _asking(found, form), 422
    try:
        made = operations.ask_for(
            organization=current_organization(), service=found, facts=form.facts(), asked_by=current_person(),
            form_token=form.form_token.data or new_token(), mail_language=locale(), by=current_actor(), now=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        form.refuse(refusal)
        return _asking(found, form), 422
    flash(_("We have received your request. You hear from us within a few business days."), "success")
    return see_other("dispatches.dispatch", reference=made.reference)


@pages.get("/organization/requests")
@coordinator
def dispatches() -> str:
    page = queries.dispatches_of(current_organization(), number=page_number(request.args.get("page")))
    return render_template("dispatches/requests.html", page=page)


@pages.get("/requests/<reference>")
@coordinator
def dispatch(reference: str) -> Answer:
    return _page(reference, WithdrawalForm(formdata=None))


def _page(reference: str, form: BaseForm) -> str:
    found = _own(reference)
    answering = form if isinstance(form, AnswerForm) else AnswerForm(formdata=None)
    return render_template(
        "dispatches/request.html",
        dispatch=found,
        form=form,
        answering=answering,
        withdrawing=form if isinstance(form, WithdrawalForm) else WithdrawalForm(formdata=None),
        may={move.value: DISPATCH.allows(found.state, move) for move in DispatchMove},
        today=clock.today(),
    )


@pages.get("/requests/<reference>/invoice.pdf")
@coordinator
def invoice(reference: str) -> Response:
    found = _own(reference).invoice or abort(404)
    return paper(found.document)


@pages.get("/requests/<reference>/receipt.pdf")
@coordinator
def receipt(reference: str) -> Response:
    found = _own(reference).invoice or abort(404)
    return paper(found.receipt_document)


@pages.post("/requests/<reference>/answer")
@refusals_on(AnswerForm, _page)
@writes
@coordinator
def answer(reference: str) -> Answer:
    found, form = _own(reference), AnswerForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.answer(dispatch=found, words=form.words.data or "", by=current_actor(), now=clock.now())
    flash(_("Your answer has been sent."), "success")
    return see_other("dispatches.dispatch", reference=reference)


@pages.post("/requests/<reference>/acceptance")
@refusals_on(WithdrawalForm, _page)
@writes
@coordinator
def accept(reference: str) -> Answer:
    found, form = _own(reference), WithdrawalForm()
    operations.accept(dispatch=found, number=form.number.data or 0, by=current_actor(), now=clock.now())
    flash(_("You have accepted the quote. Our office now confirms the plan; the invoice comes by e-mail."), "success")
    return see_other("dispatches.dispatch", reference=reference)


@pages.post("/requests/<reference>/withdrawal")
@refusals_on(WithdrawalForm, _page)
@writes
@coordinator
def withdraw(reference: str) -> Answer:
    found, form = _own(reference), WithdrawalForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.withdraw(dispatch=found, words=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("Your request has been withdrawn."), "success")
    return see_other("dispatches.dispatch", reference=reference)


def _own(reference: str) -> Dispatch:
    """The request, if it is the signed-in organization's; else 404, as if it were not there (S-20)."""
    return queries.dispatch_of(current_organization(), reference) or abort(404)


def _service(code: str) -> Service:
    """A service that is offered today; else 404."""
    return next((one for one in queries.offered_services(clock.today()) if one.code == code), None) or abort(404)


def _asking(found: Service, form: RequestForm) -> str:
    form.offer(found, prefectures=prefectures(), seminars=queries.seminars(clock.today()))
    return render_template("dispatches/new.html", service=found, form=form)
