"""Quotes (見積書) before anything is booked, for the organization itself and by the office for one."""

from __future__ import annotations

from itertools import groupby

from flask import Response, abort, render_template, request

from courses_app.accounts.guards import coordinator, current_actor, current_organization, staff
from courses_app.accounts.models import Organization
from courses_app.accounts.queries import office
from courses_app.bookings import documents, operations, queries
from courses_app.bookings.forms import EstimateForm
from courses_app.bookings.models import Estimate
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.bookings.rules import EstimateFacts
from courses_app.foundation import clock
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import page_number
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import local, locale
from courses_app.foundation.web import paper, see_other, writes


@pages.get("/organization/quotes")
@coordinator
def estimates() -> Answer:
    found = queries.estimates_of(current_organization(), page_number(request.args.get("page")))
    return render_template("bookings/estimates.html", page=found, today=clock.today())


@pages.get("/organization/quotes/new")
@coordinator
def new_estimate() -> Answer:
    return _page(current_organization(), _fresh(current_organization()))


@pages.post("/organization/quotes")
@writes
@coordinator
def create_estimate() -> Answer:
    made = _made(current_organization(), EstimateForm())
    return see_other("bookings.estimate", reference=made.reference) if isinstance(made, Estimate) else made


@pages.get("/organization/quotes/<reference>")
@coordinator
def estimate(reference: str) -> Answer:
    found = queries.estimate_of(current_organization(), reference) or abort(404)
    return render_template("bookings/estimate.html", quote=found, today=clock.today(), office=False)


@pages.get("/organization/quotes/<reference>/quote.pdf")
@coordinator
def estimate_pdf(reference: str) -> Response:
    return _pdf(queries.estimate_of(current_organization(), reference) or abort(404))


@pages.get("/office/organizations/<reference>/quotes/new")
@staff
def new_estimate_for(reference: str) -> Answer:
    return _page(_any(reference), _fresh(_any(reference)), for_office=True)


@pages.post("/office/organizations/<reference>/quotes")
@writes
@staff
def create_estimate_for(reference: str) -> Answer:
    made = _made(_any(reference), EstimateForm(), for_office=True)
    return see_other("bookings.any_estimate", reference=made.reference) if isinstance(made, Estimate) else made


@pages.get("/office/quotes/<reference>")
@staff
def any_estimate(reference: str) -> Answer:
    found = queries.estimate_for_office(reference) or abort(404)
    return render_template("bookings/estimate.html", quote=found, today=clock.today(), office=True)


@pages.get("/office/quotes/<reference>/quote.pdf")
@staff
def any_estimate_pdf(reference: str) -> Response:
    return _pdf(queries.estimate_for_office(reference) or abort(404))


def _fresh(organization: Organization) -> EstimateForm:
    name = organization.invoice_addressee or organization.name
    return EstimateForm.fresh(addressee=name, run=request.args.get("run"))


def _made(organization: Organization, form: EstimateForm, *, for_office: bool = False) -> Estimate | Answer:
    """The quote once its sum was seen and stands; before that the page with the sum, or with what is wrong."""
    if not form.validate():
        return _page(organization, form, for_office=for_office), 422
    now = clock.now()
    try:
        runs = queries.runs_to_quote(now=now)
        facts = operations.estimate(organization=organization, seats=form.seats, runs=runs, now=now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(organization, form, for_office=for_office), refusal.status
    if form.seen.data != _seal(facts):
        form.seen.data = _seal(facts)
        return _page(organization, form, facts, for_office=for_office)
    token = form.form_token.data or new_token()
    return operations.make_estimate(
        organization=organization, facts=facts, addressee=form.addressee.data or "", form_token=token,
        language=locale(), by=current_actor(), now=now,
    )  # fmt: skip


def _seal(facts: EstimateFacts) -> str:
    """What stands for the sum that was shown."""
    return f"{facts.total}"


def _page(
    organization: Organization, form: BaseForm, facts: EstimateFacts | None = None, *, for_office: bool = False
) -> str:
    assert isinstance(form, EstimateForm)
    runs = queries.runs_to_quote(now=clock.now()).values()
    dates = (
        (local(course, "name"), list(of_course)) for course, of_course in groupby(runs, key=lambda run: run.course)
    )
    form.offer((name, [(run.reference, documents.when_and_where(run)) for run in of_it]) for name, of_it in dates)
    return render_template(
        "bookings/new_estimate.html", form=form, facts=facts, organization=organization, office=for_office
    )


def _pdf(found: Estimate) -> Response:
    issued = found.request.paper
    return paper(issued.document if issued else None)


def _any(reference: str) -> Organization:
    return office.organization_alone(reference.upper()) or abort(404)
