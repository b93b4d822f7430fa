"""The office's doors: every certificate, what may be done with one, notices of failure, and reopening a roster."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, abort, flash, render_template, request, send_file
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings.queries import absences_in
from courses_app.catalogue.models import CourseRun
from courses_app.certificates import documents, operations, queries
from courses_app.certificates.forms import (
    ListForm,
    NoticeForm,
    ReissueForm,
    ReopenForm,
    RevokeForm,
)
from courses_app.certificates.models import Certificate
from courses_app.certificates.rules import REASON_NAMES, STATUS_NAMES, NewNameMissing, ReissueReason
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.papers import GlyphMissing
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import see_other, writes
from courses_app.rosters.queries import run_of

pages = Blueprint("certificates_admin", __name__)


@pages.get("/office/certificates")
@staff
def certificates() -> str:
    """Every current certificate."""
    form = ListForm(request.args, list(queries.courses_with_certificates()))
    today = clock.today()
    page = queries.for_office(form.wanted(), number=page_number(request.args.get("page")), today=today)
    return render_template(
        "certificates/office/certificates.html", form=form, page=page, today=today, names=STATUS_NAMES
    )


@pages.get("/office/certificates.csv")
@staff
def certificates_csv() -> Response:
    """The same list as a file."""
    form = ListForm(request.args, list(queries.courses_with_certificates()))
    found = queries.every(form.wanted(), today=clock.today())
    return csv_response("certificates.csv", documents.list_header(), documents.list_rows(found, today=clock.today()))


@pages.get("/office/certificates/<number>")
@staff
def certificate(number: str) -> str:
    """One certificate with all its copies."""
    return _page(_copies(number))


@pages.post("/office/certificates/<number>/revocation")
@writes
@staff
def revoke(number: str) -> Any:
    """Take it back, for a reason everybody who checks it will read."""
    copies, form = _copies(number), RevokeForm()
    if not form.validate():
        return _page(copies, revoking=form), 422
    operations.revoke_certificate(number=number, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The certificate is revoked; its organization is informed."), "success")
    return see_other("certificates_admin.certificate", number=number)


@pages.post("/office/certificates/<number>/reissue")
@writes
@staff
def reissue(number: str) -> Any:
    """Print it again as the next revision."""
    copies, form = _copies(number), ReissueForm()
    if not form.validate():
        return _page(copies, reissuing=form), 422
    try:
        _reissue(number, form)
    except (NewNameMissing, GlyphMissing) as refusal:  # nothing was written yet
        form.refuse(
            type(refusal)(refusal.characters, field="family_name") if isinstance(refusal, GlyphMissing) else refusal
        )
        return _page(copies, reissuing=form), 422
    flash(_("The certificate is reissued and mailed."), "success")
    return see_other("certificates_admin.certificate", number=number)


@pages.get("/office/notices-of-failure")
@staff
def notices() -> str:
    """Every notice of failure."""
    form = NoticeForm(request.args)
    page = queries.notices(form.wanted(), number=page_number(request.args.get("page")))
    return render_template("certificates/office/notices.html", form=form, page=page)


@pages.get("/office/notices-of-failure.csv")
@staff
def notices_csv() -> Response:
    """The same list as a file."""
    found = queries.every_notice(NoticeForm(request.args).wanted())
    return csv_response("notices-of-failure.csv", documents.notices_header(), documents.notices_rows(found))


@pages.get("/office/notices-of-failure/<number>.pdf")
@staff
def notice(number: str) -> Response:
    """The stored bytes of a notice."""
    found = queries.notice_by_number(number) or abort(404)
    paper = found.document
    return send_file(
        io.BytesIO(paper.content), mimetype=paper.media_type, as_attachment=True, download_name=paper.filename
    )


@pages.get("/office/rosters/<reference>/reopening")
@staff
def reopening(reference: str) -> str:
    """Why is this roster to be opened again?"""
    run = queries.closed_run(reference) or abort(404)
    return _reopening(run, ReopenForm())


@pages.post("/office/rosters/<reference>/reopening")
@writes
@staff
def reopen(reference: str) -> Any:
    """Open it, unless certificates rest on it."""
    run, form = run_of(reference, person_id=None, staff=True) or abort(404), ReopenForm()
    if not form.validate():
        return _reopening(run, form), 422
    operations.reopen_roster(run=run, reason=form.reason.data or "", by=current_actor(), now=clock.now())
    flash(_("The roster is open again."), "success")
    return see_other("rosters.roster", reference=reference)


def _reopening(run: CourseRun, form: ReopenForm) -> str:
    absent, given_back = absences_in(run)
    return render_template(
        "certificates/office/reopening.html", run=run, form=form, absent=absent, given_back=given_back
    )


def _copies(number: str) -> list[Certificate]:
    return list(queries.copies_of(number)) or abort(404)


def _page(
    copies: list[Certificate], *, revoking: RevokeForm | None = None, reissuing: ReissueForm | None = None
) -> str:
    latest = copies[0]
    return render_template(
        "certificates/office/certificate.html",
        copies=copies,
        latest=latest,
        today=clock.today(),
        names=STATUS_NAMES,
        reasons={reason.value: name for reason, name in REASON_NAMES.items()},
        revoking=revoking or RevokeForm(formdata=None),
        reissuing=reissuing or ReissueForm(formdata=None, revision=str(latest.revision)),
    )


def _reissue(number: str, form: ReissueForm) -> None:
    operations.reissue_certificate(
        number=number,
        revision=form.seen(),
        reason=ReissueReason(form.cause.data),
        new_name=form.new_name(),
        by=current_actor(),
        now=clock.now(),
    )
