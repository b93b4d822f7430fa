"""The journal (仕訳帳) of a period: looked at first, then downloaded for an accounting package."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.foundation import clock
from courses_app.payments import queries
from courses_app.payments.admin_routes.blueprint import Answer, pages
from courses_app.payments.documents.journal import journal_file
from courses_app.payments.forms.books import JournalForm
from courses_app.payments.models import JournalLayout

SHOWN = 50


@pages.get("/office/ledger/journal")
@staff
def journal() -> Answer:
    form, layout = _asked()
    file = journal_file(layout, **form.days) if layout else None
    return render_template(
        "payments/journal.html",
        form=form,
        layout=layout,
        file=file,
        shown=SHOWN,
        sums=queries.account_sums(**form.days),
        titles=queries.titles(),
        closed_until=queries.closed_until(),
    )


@pages.get("/office/ledger/journal.csv")
@staff
def journal_csv() -> Answer:
    form, layout = _asked()
    if layout is None:
        return _("There is no layout yet."), 404
    file = journal_file(layout, **form.days)
    charset = "utf-8" if layout.encoding.value == "utf-8" else "Shift_JIS"
    response = Response(file.content, content_type=f"text/csv; charset={charset}")
    name = f"journal-{form.first:%Y%m%d}-{form.last:%Y%m%d}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _asked() -> tuple[JournalForm, JournalLayout | None]:
    """The period and the layout asked for; the first one, where none is named."""
    form = JournalForm.asked(request.args, today=clock.today())
    saved = {layout.code: layout for layout in queries.layouts()}
    form.layout.choices = [(code, layout.name) for code, layout in saved.items()]
    chosen = saved.get(form.layout.data or "") or next(_all(saved), None)
    form.layout.data = chosen.code if chosen else ""
    return form, chosen


def _all(saved: dict[str, JournalLayout]) -> Iterator[JournalLayout]:
    yield from saved.values()
