"""Statements of our bank: files, what is proposed for their lines and why, and posting."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms.bank import LinesFilter, StatementForm, chosen_lines
from courses_app.bookings.imports import bank
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import yen
from courses_app.foundation.web import paper, see_other
from courses_app.payments.models import BankFile, BankLine, Invoice
from courses_app.payments.queries import banking
from courses_app.payments.rules.banking import LineStatus, told


@pages.get("/office/bank")
@staff
def bank_lines() -> Answer:
    return _lines(StatementForm.with_layouts(banking.layouts(), formdata=None))


def _lines(form: StatementForm) -> str:
    view = LinesFilter(request.args).wanted
    page = banking.bank_lines(page_number(request.args.get("page")), status=LineStatus(view))
    return render_template(
        "bookings/office_bank.html", view=view, page=page, form=form, told=told, invoices=invoices_of(page.rows)
    )


def invoices_of(lines: Sequence[BankLine]) -> dict[str, Invoice]:
    """What the drafts of some lines are to settle, by reference."""
    return banking.invoices_named({reference for line in lines for reference, _yen in line.draft.shares})


@pages.get("/office/bank/files")
@staff
def bank_files() -> Answer:
    page = banking.bank_files(page_number(request.args.get("page")))
    return render_template("bookings/office_bank_files.html", page=page, summaries=banking.summaries(page.rows))


@pages.post("/office/bank/files")
@staff
def bank_upload() -> Answer:
    """The file is read outside any transaction; a file that is known already only leads to its page."""
    form = StatementForm.with_layouts(banking.layouts())
    if not form.validate():
        return _lines(form), 422
    layout, by = banking.layout_of(form.layout.data or ""), current_actor()
    try:
        file, fresh = bank.take_in(form.content(), form.filename, layout, by=by, now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _lines(form), refusal.status
    _say(file, fresh)
    return see_other("bookings_admin.bank_file", reference=file.reference)


def _say(file: BankFile, fresh: bool) -> None:
    if not fresh:
        flash(_("This file was taken in before: nothing has changed."), "info")
    else:
        flash(_("The statement is taken in. Nothing is posted yet: check the drafts, then post them."), "success")


@pages.get("/office/bank/files/<reference>")
@staff
def bank_file(reference: str) -> Answer:
    file = _file(reference)
    page = banking.bank_lines(page_number(request.args.get("page")), file=file)
    summary = banking.summaries([file]).get(file.id)
    return render_template(
        "bookings/office_bank_file.html", file=file, page=page, summary=summary, told=told,
        invoices=invoices_of(page.rows),
    )  # fmt: skip


@pages.get("/office/bank/files/<reference>/content")
@staff
def bank_file_content(reference: str) -> Response:
    return paper(_file(reference).document)


@pages.post("/office/bank/postings")
@staff
def bank_post() -> Answer:
    """Each line in a transaction of its own: who is refused stays open, and it is said why."""
    wanted = chosen_lines(request.form.getlist("line"))
    if not wanted:
        flash(_("Tick the lines that are to be posted."), "error")
    done = bank.post_lines(wanted, by=current_actor(), clock=clock.now)
    if done.lines:
        words = ngettext(
            "%(num)d line is posted: %(yen)s.", "%(num)d lines are posted: %(yen)s.", done.lines, yen=yen(done.yen)
        )
        flash(words, "success")
    for line, why in done.refused:
        flash(_("%(payer)s, %(yen)s: %(why)s", payer=line.payer, yen=yen(line.amount), why=why), "error")
    return back_to(request.form.get("file", ""))


@pages.post("/office/bank/proposals")
@staff
def bank_propose() -> Answer:
    """Money or invoices have changed: what nobody has chosen is proposed anew."""
    changed = bank.redraft(now=clock.now())
    flash(ngettext("%(num)d draft has changed.", "%(num)d drafts have changed.", changed), "success")
    return back_to(request.form.get("file", ""))


def back_to(file: str) -> Answer:
    if file and banking.bank_file_of(file) is not None:
        return see_other("bookings_admin.bank_file", reference=file)
    return see_other("bookings_admin.bank_lines")


def _file(reference: str) -> BankFile:
    return banking.bank_file_of(reference) or abort(404)
