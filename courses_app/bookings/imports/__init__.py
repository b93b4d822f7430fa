"""A spreadsheet of attendees that somebody sent, and the templates for it."""

from __future__ import annotations

from flask_babel import gettext as _

from courses_app.bookings.documents import when_and_where
from courses_app.bookings.rules.sheets import MOST_FROM_FILE, DraftRow, Roles, attendee_rows
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import sheets
from courses_app.foundation.sheets import Column, Help


def read_attendees(content: bytes, roles: Roles) -> list[DraftRow]:
    """The rows of an XLSX or CSV file. Raises SheetRefused, NoHeader and NoRows."""
    return attendee_rows(sheets.read(content), roles)


def xlsx(role_names: list[str], dates: list[str]) -> bytes:
    """The workbook to fill in, in the reader's language; `dates` are those of the course, the list's own first."""
    return sheets.xlsx_template(_columns(role_names, dates), _help())


def csv(role_names: list[str], dates: list[str]) -> bytes:
    """The same header as CSV."""
    return sheets.csv_template(_columns(role_names, dates))


def date_label(run: CourseRun) -> str:
    """A date as the template's list shows it; the number at its end says which it is, whatever is edited before."""
    return f"{when_and_where(run)} {run.reference}"


def _columns(role_names: list[str], dates: list[str]) -> list[Column]:
    kana = _("Katakana; hiragana and half-width letters are converted.")
    return [
        Column(_("Family name"), _("As on the residence record. People with a single name write it here."),
               _("(Example) Yamada")),
        Column(_("Given name"), _("As on the residence record; empty for people with a single name."), _("Taro")),
        Column(_("Family name (reading)"), kana, "ヤマダ", width=22),
        Column(_("Given name (reading)"), kana, "タロウ", width=22),
        Column(_("Date of birth"), _("1985-04-09, 1985/4/9, 昭和60年4月9日 or S60.4.9; or a date cell."), "1985-04-09",
               is_day=True, width=16),
        Column(_("Role"), _("Choose from the list, or leave it empty."), role_names[0] if role_names else "",
               choices=role_names, width=32),
        Column(_("E-mail"), _("Optional. The admission ticket is also sent there."), "taro@example.jp", width=30),
        Column(_("Date of the course"), _("Optional: choose from the list, or write the day (2026-12-01) or the number"
                 " of the run. Where it is empty, the date applies from whose page you send the file."),
               dates[0] if dates else "", choices=dates, width=44),
        Column(_("Person number"), _("Optional: the number of a person your organization has entered before; then the"
                 " names may stay empty."), "", width=18),
    ]  # fmt: skip


def _help() -> Help:
    return Help(
        sheet=_("Attendees"),
        title=_("Explanations"),
        sentences=[
            _(
                "One row for each attendee; more than %(most)d become several orders. The grey example row is not"
                " read.",
                most=MOST_FROM_FILE,
            ),
            _("Other columns and another order do no harm, as long as the headings stay."),
            _("Please enter values, no formulas. Names are printed on the certificate as they stand here."),
        ],
        headings=(_("Column"), _("What to write"), _("Example")),
    )
