"""One search over everything; what is named exactly is opened at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import redirect, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import staff
from courses_app.accounts.models import Organization, Person
from courses_app.bookings.models import Booking
from courses_app.catalogue.models import CourseRun
from courses_app.certificates.models import Certificate
from courses_app.foundation.references import ALPHABET, REFERENCE_LENGTH
from courses_app.foundation.templating import day, instant, local, yen
from courses_app.foundation.text import folded
from courses_app.office import queries
from courses_app.office.forms import SearchForm
from courses_app.office.queries import SHOWN, Findings
from courses_app.office.routes.blueprint import Answer, pages
from courses_app.office.routes.places import place_of
from courses_app.payments.models import Invoice

REFERENCE = re.compile(f"[A-Z][{ALPHABET}]{{{REFERENCE_LENGTH}}}")


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, what tells it from others, its page, and the number or reference that names it."""

    title: str
    note: str
    href: str | None
    key: str


@dataclass(frozen=True)
class Group:
    """Hits of one kind."""

    kind: str
    label: str
    hits: list[Hit]

    @property
    def more(self) -> bool:
        return len(self.hits) == SHOWN


@pages.get("/office/search")
@staff
def search() -> Answer:
    form = SearchForm(request.args)
    word = form.q.data or ""
    groups = [group for group in _groups(queries.find(word)) if group.hits]
    hit = _named(word, [hit for group in groups for hit in group.hits])
    if hit is not None and hit.href:
        return redirect(hit.href)
    return render_template("office/search.html", word=word, groups=groups)


def _named(word: str, hits: list[Hit]) -> Hit | None:
    """The one thing that a number or reference names: its own, or that of something in it (a seat of a booking)."""
    exact = [hit for hit in hits if _plain(hit.key) == _plain(word)]
    if len(exact) == 1:
        return exact[0]
    return hits[0] if len(hits) == 1 and REFERENCE.fullmatch(_plain(word)) else None


def _groups(found: Findings) -> list[Group]:
    return [
        Group("bookings", _("Bookings"), [_booking(one) for one in found.bookings]),
        Group("runs", _("Course runs"), [_run(one) for one in found.runs]),
        Group("organizations", _("Organizations"), [_organization(one) for one in found.organizations]),
        Group("people", _("People"), [_person(one) for one in found.people]),
        Group("invoices", _("Invoices"), [_invoice(one) for one in found.invoices]),
        Group("certificates", _("Certificates"), [_certificate(one) for one in found.certificates]),
    ]


def _booking(one: Booking) -> Hit:
    return Hit(one.reference, one.organization.name, place_of("booking", one.reference), one.reference)


def _run(one: CourseRun) -> Hit:
    note = " · ".join((instant(one.starts_at), _place(one), one.reference))
    return Hit(local(one.course, "name"), note, place_of("run", one.reference), one.reference)


def _organization(one: Organization) -> Hit:
    return Hit(one.name, one.reference, place_of("organization", one.reference), one.reference)


def _person(one: Person) -> Hit:
    note = " · ".join(filter(None, (one.full_name_kana, _employers(one))))
    return Hit(one.full_name, note, place_of("person", one.reference), one.reference)


def _invoice(one: Invoice) -> Hit:
    number = one.number or one.reference
    return Hit(number, f"{one.addressee} · {yen(one.total)}", place_of("invoice", one.reference), number)


def _certificate(one: Certificate) -> Hit:
    note = " · ".join((one.person.full_name, local(one.course, "name"), day(one.completed_on)))
    return Hit(one.number, note, place_of("certificate", one.number), one.number)


def _place(run: CourseRun) -> str:
    return local(run.venue, "name") if run.venue else str(_("Online"))


def _employers(person: Person) -> str:
    return ", ".join(link.organization.name for link in person.memberships if link.until_on is None)


def _plain(text: str) -> str:
    return (folded(text) or "").replace("-", "").replace(" ", "").upper()
