"""Attendees from a file: the template, and sending it. A room that knows certificates shows the list it becomes."""

from __future__ import annotations

from io import BytesIO

from flask import Response, abort, flash, render_template, send_file
from flask_babel import gettext as _

from courses_app.accounts.guards import coordinator, current_actor, current_organization, current_person
from courses_app.bookings import imports, operations, queries
from courses_app.bookings.forms import AttendeesForm, SheetForm
from courses_app.bookings.guards import shown_run
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.bookings.routes.names import names_page, still_waiting
from courses_app.bookings.rules.sheets import MOST_FROM_FILE, DraftRow
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.references import new_token
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.sheets import LARGEST_FILE
from courses_app.foundation.templating import locale
from courses_app.foundation.web import see_other, writes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/runs/<reference>/bookings/template.xlsx")
@coordinator
def template_xlsx(reference: str) -> Response:
    run = shown_run(reference)
    return _template(imports.xlsx(_role_names(run), _dates(run)), XLSX, "xlsx")


@pages.get("/runs/<reference>/bookings/template.csv")
@coordinator
def template_csv(reference: str) -> Response:
    run = shown_run(reference)
    return _template(imports.csv(_role_names(run), _dates(run)), "text/csv; charset=utf-8", "csv")


@pages.get("/runs/<reference>/bookings/file")
@coordinator
def sheet(reference: str) -> str:
    return _page(shown_run(reference), SheetForm(formdata=None, form_token=new_token()))


@pages.post("/runs/<reference>/bookings/file")
@coordinator
def send_sheet(reference: str) -> Answer:
    """The file is read outside any transaction: nobody waits for it."""
    run, form = shown_run(reference), SheetForm()
    if not form.validate():
        return _page(run, form), 422
    try:
        draft = _kept(run, form)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(shown_run(reference), form), refusal.status
    return see_other("bookings.draft", reference=draft)


@pages.post("/organization/drafts/<reference>/deletion")
@writes
@coordinator
def give_up_draft(reference: str) -> Answer:
    draft = queries.draft_for_update(current_organization(), reference) or abort(404)
    operations.give_up_draft(draft=draft, by=current_actor(), now=clock.now())
    flash(_("The list has been deleted."), "success")
    return see_other("bookings.bookings")


@pages.post("/bookings/<reference>/names/file")
@coordinator
def names_from_file(reference: str) -> Answer:
    """The page of names filled in from a file, to be looked at: nothing is written yet."""
    form, waiting = SheetForm(), still_waiting(reference)
    if not form.validate():
        return names_page(reference, AttendeesForm(formdata=None), form), 422
    try:
        rows, _digest = _read(waiting.run, form)
        here = queries.rows_for(waiting.run, rows, now=clock.now())
        people = queries.people_in_rows(waiting.booking.organization, here, most=len(waiting.seats))
    except Refusal as refusal:
        form.refuse(refusal)
        return names_page(reference, AttendeesForm(formdata=None), form), refusal.status
    filled = AttendeesForm(formdata=None, attendees=people)
    return names_page(reference, filled, form, elsewhere=len(rows) - len(here))


def _read(run: CourseRun, form: SheetForm) -> tuple[list[DraftRow], str]:
    """The rows of the file and its digest. Raises TooManyFiles, SheetRefused, NoHeader and NoRows."""
    reference = run.reference
    in_transaction(lambda: operations.count_upload(organization=current_organization(), now=clock.now()))
    content, digest = form.content(most=LARGEST_FILE)
    return imports.read_attendees(content, queries.roles_of(shown_run(reference))), digest


def _kept(run: CourseRun, form: SheetForm) -> str:
    """Read the file and keep its list; its reference. Raises what `_read` raises, and TooManyDrafts."""
    rows, digest = _read(run, form)

    def keep() -> str:
        draft = operations.keep_draft(
            organization=current_organization(),
            run=shown_run(run.reference),
            rows=rows,
            filename=form.filename,
            digest=digest,
            form_token=form.form_token.data or new_token(),
            created_by=current_person(),
            by=current_actor(),
            now=clock.now(),
        )
        operations.keep_while_mended(
            draft=draft, booked_by=current_person(), language=locale(), by=current_actor(), now=clock.now()
        )
        return draft.reference

    return in_transaction(keep)


def _page(run: CourseRun, form: SheetForm) -> str:
    dates = queries.dates_for_list(run, now=clock.now())
    here = next((one for one in dates if one.run.id == run.id), None)
    return render_template(
        "bookings/sheet.html", run=run, form=form, most=MOST_FROM_FILE, other_dates=len(dates) > 1,
        full=here is not None and not here.left,
    )  # fmt: skip


def _role_names(run: CourseRun) -> list[str]:
    return [words[0 if locale() == "ja" else 1] for words in queries.roles_of(run).values()]


def _dates(run: CourseRun) -> list[str]:
    return [imports.date_label(one.run) for one in queries.dates_for_list(run, now=clock.now())]


def _template(content: bytes, kind: str, ending: str) -> Response:
    name = "attendees" if locale() == "en" else "受講者名簿"
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=f"{name}.{ending}")
