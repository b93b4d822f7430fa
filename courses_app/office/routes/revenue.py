"""Revenue by course and month: a chart, a table, a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from flask import render_template, request
from flask_babel import format_date
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.catalogue.models import Course
from courses_app.foundation import charts, clock
from courses_app.foundation.tables import csv_response
from courses_app.foundation.templating import local, yen
from courses_app.foundation.yen import Yen
from courses_app.office import queries
from courses_app.office.forms import RevenueFilter
from courses_app.office.queries import CourseRevenue, Revenue
from courses_app.office.routes.blueprint import Answer, pages


@pages.get("/office/ledger/revenue")
@staff
def revenue() -> Answer:
    form = RevenueFilter.asked(request.args, today=clock.today())
    found = queries.revenue(**form.days(), by_supply=form.by_supply)
    months = [(month, list(lines)) for month, lines in groupby(found.lines, key=lambda line: line.month)]
    names = [_name(course) for course in found.largest]
    if len({line.course for line in found.lines}) > len(names):
        names.append(_("All others"))
    return render_template(
        "office/revenue.html", form=form, found=found, months=months, names=names, chart=_chart(found, names),
        name_of=_name, sums=_sums,
    )  # fmt: skip


@pages.get("/office/ledger/revenue.csv")
@staff
def revenue_csv() -> Answer:
    form = RevenueFilter.asked(request.args, today=clock.today())
    header = [
        _("Month counted"),
        _("Code"),
        _("Course"),
        _("Billed"),
        _("Cancelled or refunded"),
        _("Revenue (tax included)"),
    ]
    return csv_response("revenue.csv", header, _rows(form))


def _rows(form: RevenueFilter) -> Iterator[list[object]]:
    for line in queries.revenue(**form.days(), by_supply=form.by_supply).lines:
        code = line.course.code if line.course else ""
        yield [f"{line.month:%Y-%m}", code, _name(line.course), line.billed, line.taken_back, line.revenue]


def _name(course: Course | None) -> str:
    return local(course, "name") if course else _("Without a course")


def _sums(lines: Sequence[CourseRevenue]) -> tuple[Yen, Yen, Yen]:
    """(billed, taken back, revenue) of all lines."""
    billed, back = sum(line.billed for line in lines), sum(line.taken_back for line in lines)
    return Yen(billed), Yen(back), Yen(billed - back)


def _chart(found: Revenue, names: Sequence[str]) -> charts.Chart:
    """A column for each month, a piece for each of the largest courses and one for all others."""
    columns, words = [], []
    for month, lines in groupby(found.lines, key=lambda line: line.month):
        amounts = [0] * len(names)
        for line in lines:
            place = found.largest.index(line.course) if line.course in found.largest else len(names) - 1
            amounts[place] += line.revenue
        label = format_date(month, _("MMM y"))
        columns.append((label, amounts))
        words.append([f"{label} {name}: {yen(Yen(amount))}" for name, amount in zip(names, amounts, strict=True)])
    return charts.stacked(columns, words)
