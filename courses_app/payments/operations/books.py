"""What staff arrange about the books: names of accounts, layouts of the journal file. No figure changes by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.payments import queries
from courses_app.payments.models import AccountTitle, JournalLayout
from courses_app.payments.rules.books import Title
from courses_app.payments.rules.journal import Column, Layout, check_columns


def name_accounts(wanted: Sequence[Title], *, by: Actor, now: datetime) -> int:
    """Keep what staff call the accounts; returns how many changed. Which account a title means stays as it is."""
    rows = {row.key: row for row in session.scalars(select(AccountTitle).with_for_update())}
    known = queries.titles()
    changed = [title for title in wanted if title.key in known and title != known[title.key]]
    for title in changed:
        row = rows.get(title.key)
        if row is None:
            row = AccountTitle(key=title.key, kind=known[title.key].kind)
            session.add(row)
        row.code, row.name_ja, row.name_en, row.tax_code = title.code, title.name_ja, title.name_en, title.tax_code
        _note_title(known[title.key], title, by=by, now=now)
    session.flush()
    return len(changed)


def save_layout(
    row: JournalLayout | None, *, name: str, layout: Layout, by: Actor, now: datetime, code: str = ""
) -> JournalLayout:
    """A new layout, or another form of a saved one. Raises ColumnsMissing."""
    check_columns(layout.columns)
    if row is None:
        row = JournalLayout(code=code or new_reference("L"))
        session.add(row)
    row.name, row.encoding, row.date_format, row.with_header = (
        name, layout.encoding, layout.date_format, layout.with_header,
    )  # fmt: skip
    row.columns = [_column(one) for one in layout.columns]
    row.tax_words = dict(layout.tax_words)
    detail = {"name": name, "columns": len(layout.columns)}
    audit.record(by=by, now=now, action="journal_layout.saved", subject=("journal_layout", row.code), detail=detail)
    session.flush()
    return row


def remove_layout(row: JournalLayout, *, by: Actor, now: datetime) -> None:
    """A layout nobody needs any more."""
    subject, detail = ("journal_layout", row.code), {"name": row.name}
    audit.record(by=by, now=now, action="journal_layout.removed", subject=subject, detail=detail)
    session.delete(row)
    session.flush()


def _column(column: Column) -> dict[str, str]:
    return {"header": column.header, "source": column.source.value, "value": column.value}


def _note_title(before: Title, after: Title, *, by: Actor, now: datetime) -> None:
    names = ("code", "name_ja", "name_en", "tax_code")
    changes: Mapping[str, object] = {
        name: [getattr(before, name), getattr(after, name)]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }
    subject = ("account_title", after.key)
    audit.record(by=by, now=now, action="account_titles.changed", subject=subject, detail=dict(changes))
