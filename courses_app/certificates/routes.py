"""Doors for everybody (is this certificate genuine?), for holders (their PDF) and for organizations (their list)."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, send_file
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from courses_app.accounts.guards import coordinator, current_account, current_organization, membership_of, signed_in
from courses_app.certificates import documents, operations, queries
from courses_app.certificates.forms import HolderForm, ListForm, VerifyForm
from courses_app.certificates.models import Certificate
from courses_app.certificates.operations import Checked, TooManyChecks
from courses_app.certificates.rules import STATUS_NAMES, masked
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import public, writes

pages = Blueprint("certificates", __name__)


@pages.after_request
def keep_quiet(response: Response) -> Response:
    """No search engine, no cache, and no referrer from an address that is a secret (S-16, S-47)."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    if request.view_args and "code" in request.view_args:
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


@pages.get("/certificates/verify")
@public
def verify() -> str:
    """The form for somebody with a paper in their hand."""
    form = VerifyForm(formdata=None, number=request.args.get("number", ""))
    return render_template("certificates/verify.html", form=form, checked=None, unknown=False)


@pages.post("/certificates/verify")
@writes
@public
def check() -> Any:
    """By number: state, course and masked name; everything for those who know the date of birth."""
    form = VerifyForm()
    if not form.validate():
        return render_template("certificates/verify.html", form=form, checked=None, unknown=False), 422
    checked = _attempt(number=form.number.data, born_on=form.born_on.data)
    page = _result("certificates/verify.html", form, checked)
    return page, 404 if checked is None else _status(checked)


@pages.get("/certificates/<code>")
@public
def certificate(code: str) -> Any:
    """The page of the QR code."""
    found = queries.by_code(code)
    if found is None:
        return _unknown()
    mine = _mine(code)
    checked = Checked(found, known=True if mine else None)
    return _result("certificates/certificate.html", HolderForm(formdata=None), checked, mine=mine)


@pages.post("/certificates/<code>/holder")
@writes
@public
def holder(code: str) -> Any:
    """The whole name for who knows the date of birth."""
    found = queries.by_code(code)
    if found is None:
        return _unknown()
    form = HolderForm()
    if not form.validate():
        return _result("certificates/certificate.html", form, Checked(found, None)), 422
    checked = _attempt(certificate=found, born_on=form.born_on.data)
    assert checked is not None  # it is there
    return _result("certificates/certificate.html", form, checked), _status(checked)


@pages.get("/certificates/<code>/certificate.pdf")
@signed_in
def document(code: str) -> Response:
    """The stored bytes, for the holder, the organization that booked the seat, and the staff."""
    found = _mine(code) or abort(404)
    paper = found.document
    return send_file(
        io.BytesIO(paper.content), mimetype=paper.media_type, as_attachment=True, download_name=paper.filename
    )


@pages.get("/organization/certificates")
@coordinator
def certificates() -> str:
    """The certificates of the organization's people."""
    form = ListForm(request.args, list(queries.courses_with_certificates()))
    organization, today = current_organization(), clock.today()
    page = queries.of_organization(
        organization, form.wanted(), number=page_number(request.args.get("page")), today=today
    )
    return render_template(
        "certificates/certificates.html",
        form=form,
        page=page,
        organization=organization,
        today=today,
        names=STATUS_NAMES,
    )


@pages.get("/organization/certificates.csv")
@coordinator
def certificates_csv() -> Response:
    """The same list as a file."""
    form = ListForm(request.args, list(queries.courses_with_certificates()))
    found = queries.every(form.wanted(), today=clock.today(), organization=current_organization())
    return csv_response("certificates.csv", documents.list_header(), documents.list_rows(found, today=clock.today()))


def _attempt(**asked: Any) -> Checked | None:
    """Count, then answer; 429 for those who try too often."""
    answer = operations.check_by_code if "certificate" in asked else operations.check_by_number
    try:
        return answer(**asked, address=request.remote_addr, now=clock.now())
    except TooManyChecks as refused:
        raise TooManyRequests(retry_after=refused.seconds) from refused


def _mine(code: str) -> Certificate | None:
    """The certificate, if the reader is its holder, its organization, or staff."""
    if not current_user.is_authenticated:
        return None
    account = current_account()
    membership = membership_of(account)
    return queries.by_code_for(
        code,
        person_id=account.person_id,
        organization=membership.organization if membership else None,
        staff=account.has_role("staff"),
    )


def _result(template: str, form: Any, checked: Checked | None, mine: Certificate | None = None) -> str:
    if checked is not None and checked.known is False:
        form.born_on.errors = [*form.born_on.errors, _("This date of birth doesn't match the certificate.")]
    return render_template(
        template, form=form, checked=checked, unknown=checked is None, today=clock.today(), masked=masked, mine=mine
    )


def _status(checked: Checked) -> int:
    return 422 if checked.known is False else 200


def _unknown() -> Response:
    return make_response(render_template("certificates/unknown.html"), 404)
