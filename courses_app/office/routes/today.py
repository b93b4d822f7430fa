"""The first page of the staff, and the matters on it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.foundation import clock
from courses_app.foundation.matters import Matter
from courses_app.foundation.paging import page_number
from courses_app.foundation.web import see_other, writes
from courses_app.office import operations, queries
from courses_app.office.forms import SettleForm
from courses_app.office.routes.blueprint import Answer, pages
from courses_app.office.routes.places import list_of
from courses_app.office.rules import DETAILS, WORDS, matter_kind


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a hand: how much, and where it is dealt with."""

    label: str
    count: int
    href: str
    note: str | None = None
    urgent: bool = False

    @property
    def tone(self) -> str:
        if not self.count:
            return "neutral"
        return "error" if self.urgent else "warning"


@pages.get("/office")
@staff
def front() -> Answer:
    return see_other("office.today")


@pages.get("/office/today")
@staff
def today() -> Answer:
    return _today()


@pages.post("/office/matters/<int:number>/settlement")
@writes
@staff
def settle(number: int) -> Answer:
    matter = queries.matter(number) or abort(404)
    form = _form_of(number)
    if not form.validate():
        return _today(wrong={number: form}), 422
    operations.settle_matter(matter, note=form.note.data or "", by=current_actor(), now=clock.now())
    flash(_("The matter is settled."), "success")
    return see_other("office.today")


def _today(wrong: dict[int, SettleForm] | None = None) -> str:
    now = clock.now()
    desk = queries.desk(now=now)
    matters = queries.open_matters(number=page_number(request.args.get("page")))
    blank = {matter.id: _form_of(matter.id, blank=True) for matter in matters.rows}
    return render_template(
        "office/today.html",
        desk=desk,
        waiting=_waiting(desk),
        matters=matters,
        forms={**blank, **(wrong or {})},
        form=next(iter((wrong or {}).values()), None),
        matter_kind=matter_kind,
        details_of=_details_of,
        look=queries.runs_to_look_at(now=now),
        runs=queries.next_runs(now=now),
        now=now,
    )


def _waiting(desk: queries.Desk) -> list[Waiting]:
    overdue = _("%(count)d overdue", count=desk.payments_overdue) if desk.payments_overdue else None
    return [
        Waiting(_("Open matters"), desk.matters, "#matters"),
        Waiting(_("Bank transfers to match"), desk.bank_lines, list_of("bank_lines")),
        Waiting(_("Transfers to record"), desk.payments_due, list_of("payments"), overdue, urgent=overdue is not None),
        Waiting(_("Requests to answer"), desk.requests_waiting, list_of("requests")),
        Waiting(_("Bookings to approve"), desk.approvals_waiting, list_of("approvals")),
        Waiting(_("Answers awaited after a move"), desk.answers_awaited, list_of("answers")),
        Waiting(_("Refunds to send"), desk.refunds_due, list_of("refunds")),
        Waiting(_("Stripe messages put aside"), desk.parked_events, list_of("stripe_events")),
        Waiting(_("Rosters to close"), desk.rosters_open, "#look"),
        Waiting(_("Closing soon with few bookings"), desk.runs_nearly_empty, "#look"),
        Waiting(_("Certificates to issue"), desk.certificates_due, list_of("certificates")),
        Waiting(_("Mail not delivered"), desk.mails_failed, list_of("mails"), urgent=True),
        Waiting(_("Supporting memberships to check"), desk.members_pending, list_of("memberships")),
    ]


def _details_of(matter: Matter) -> list[tuple[str, str]]:
    """What the detail of a matter says to people: (label, value)."""
    told = [(name, (matter.detail or {}).get(name)) for name in DETAILS]
    return [(str(DETAILS[name]), WORDS.value(name, value)) for name, value in told if value is not None]


def _form_of(number: int, *, blank: bool = False) -> SettleForm:
    """Several such forms stand on one page: each has names of its own."""
    prefix = f"matter-{number}-"
    return SettleForm(formdata=None, prefix=prefix) if blank else SettleForm(prefix=prefix)
