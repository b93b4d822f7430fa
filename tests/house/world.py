"""Two organizations, two instructors, staff, and one of everything that belongs to the first organization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from courses_app.accounts.models import Account, Organization
from courses_app.bookings.imports.bank import take_in
from courses_app.bookings.models import Booking, Estimate
from courses_app.bookings.operations import add_voucher, ask_for_runs, ask_to_send, block_seats, move_seat, settle
from courses_app.bookings.rules.vouchers import VoucherFacts
from courses_app.bookings.tasks import run_due as print_tickets
from courses_app.catalogue.models import CourseRun, Fee
from courses_app.certificates.models import Certificate, FailureNotice
from courses_app.compliance.models import Requirement
from courses_app.foundation import audit, clock, matters
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import OutboxMessage
from courses_app.foundation.yen import Yen
from courses_app.payments.models import BankLine, Invoice, Paper, Provider
from courses_app.payments.operations import owe_refund
from courses_app.payments.operations.banking import LayoutFacts, create_layout
from courses_app.payments.rules.banking import Encoding
from courses_app.payments.tasks import run_due as print_papers
from tests.accounts.making import Coordinator
from tests.bookings.asked import move_run, question_about
from tests.bookings.making import by
from tests.make import Make
from tests.payments.banking.making import Came, notice

Parts = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Who acts (their e-mail addresses), and the parts of each door's address, by endpoint or the room's own."""

    actors: dict[str, str | None]
    parts: dict[str, Parts]

    def parts_of(self, endpoint: str) -> Parts:
        return {**self.parts["*"], **self.parts.get(endpoint.partition(".")[0], {}), **self.parts.get(endpoint, {})}


def build(make: Make) -> World:
    """One of everything, made through the operations."""
    own, other = make.coordinator(), make.coordinator()
    member, teacher, stranger, office = (
        make.member(own.organization),
        make.instructor(),
        make.instructor(),
        make.staff(),
    )
    appointment = make.appointed(own, member.person)
    coming, held = make.run(instructor=teacher.person), make.run(days_ahead=-20, instructor=teacher.person)
    make.run(days_ahead=45, instructor=stranger.person)
    theirs: Parts = {"organization": own.organization, "booked_by": own.person}
    waiting = make.held(coming, **theirs)
    with transaction():
        alert = ask_for_runs(
            organization=own.organization, course=coming.course, place="any", asked_by=own.person, language="ja",
            by=audit.SYSTEM, now=clock.now(),
        )  # fmt: skip
        kept = block_seats(run=coming, seats=1, purpose="視察", until_at=None, by=audit.SYSTEM, now=clock.now())
    make.held(full := make.run(days_ahead=60, capacity=1))
    party = make.waiting(full, **theirs)
    listed = {"reference": make.draft(coming, somebody=own).reference}
    paid = make.paid(held, 2, now=held.starts_at - timedelta(days=30), **theirs)
    billed = _billed_in_addition(make, coming, theirs)
    agreed = _paid_request(make, own)
    make.closed_roster(held, failed=1, by=teacher.person)
    make.papers(held)
    make.quote(own, coming)
    print_papers(clock=clock.now)
    print_tickets(clock=lambda: held.starts_at - timedelta(days=1))  # nobody needs a ticket afterwards
    with transaction():
        matter = matters.open_matter(kind="trial", subject=("run", coming.reference), now=clock.now(), by=audit.SYSTEM)
    asked = {"reference": make.requested(own).reference}
    certificate = session.scalars(select(Certificate)).one()
    establishment = own.organization.establishments[0]
    actors = {
        "anonymous": None, "member": member.email, "coordinator": own.account.email,
        "other_coordinator": other.account.email, "instructor": teacher.email, "other_instructor": stranger.email,
        "staff": office.email,
    }  # fmt: skip
    run, order, person = (
        {"reference": coming.reference},
        {"reference": paid.reference},
        {"reference": member.person.reference},
    )
    parts: dict[str, Parts] = {
        "*": {
            "position": 1, "code": "SUP", "slug": "supervision-managers", "purpose": "organization", "token": "unknown",
            "role": appointment.role.code, "establishment": establishment.reference, "version": "0", "name": "app.css",
            "method": "konbini",
            "number": session.scalars(select(OutboxMessage.id)).first(),
        },
        "payments_admin": {"reference": own.organization.reference, "code": "general"},
        **dict.fromkeys(
            ("payments_admin.reminder", "payments_admin.stop_reminders", "payments_admin.resume_reminders"),
            _an_invoice(),
        ),
        **dict.fromkeys(
            ("payments_admin.dunning_step", "payments_admin.change_dunning_step", "payments_admin.end_dunning_step"),
            Parts(code="first"),
        ),
        "bookings": order, "booking_payments": {"reference": waiting.reference},
        **_papers(own, paid),
        "bookings.telephone": run, "bookings.book_by_telephone": run,
        "bookings.new": run, "bookings.create": run, "bookings.wait": run,
        "bookings.remove_alert": {"reference": alert.reference},
        "bookings.party": {"reference": party.reference}, "bookings.leave": {"reference": party.reference},
        "bookings.seat": {"reference": paid.seats[0].reference},
        "bookings.confirm": {"reference": waiting.reference}, "bookings.cancel": {"reference": waiting.reference},
        "bookings.hold_again": {"reference": waiting.reference}, "bookings.correct": {"reference": waiting.reference},
        "bookings.name": {"reference": waiting.reference},
        **dict.fromkeys(
            ("bookings.draft", "bookings.mend_draft", "bookings.keep_seats", "bookings.book_draft",
             "bookings.take_what_is_left", "bookings.wait_with_list", "bookings.give_up_draft"), listed
        ),
        **dict.fromkeys(
            ("bookings.template_xlsx", "bookings.template_csv", "bookings.sheet", "bookings.send_sheet"), run
        ),
        **dict.fromkeys(
            ("bookings.attendee", "bookings.substitute", "bookings.cancellation", "bookings.cancel_seats",
             "bookings.date", "bookings.move_seat"), order
        ),
        **dict.fromkeys(
            ("bookings_admin.attendee", "bookings_admin.substitute", "bookings_admin.cancellation",
             "bookings_admin.cancel_seats", "bookings_admin.name", "bookings_admin.enter_name",
             "bookings_admin.date", "bookings_admin.move_seat", "bookings_admin.correction", "bookings_admin.correct"),
            order,
        ),
        "bookings.additional_invoice": billed, "bookings.additional_receipt": billed,
        **dict.fromkeys(
            ("bookings.question", "bookings.answer", "bookings_admin.question", "bookings_admin.answer"),
            about_a_move(make, theirs),
        ),
        "bookings.own_ticket": {"reference": paid.seats[0].reference},
        "bookings.attendees": {"reference": waiting.reference}, "bookings.change": {"reference": waiting.reference},
        "accounts": person, "compliance": person, "accounts_admin.person": person,
        "accounts.establishment": {"reference": establishment.reference},
        "accounts.change_establishment": {"reference": establishment.reference},
        "accounts.close_establishment": {"reference": establishment.reference},
        "rosters": {"reference": held.reference}, "portal": run, "calendar_feeds": run,
        "certificates": {"code": certificate.code},
        "certificates_admin": {"number": certificate.number, "reference": held.reference},
        "certificates_admin.notice": {"number": session.scalars(select(FailureNotice.number)).one()},
        "accounts_admin": {"reference": own.organization.reference},
        **{
            f"accounts_admin.{name}": {"reference": session.get_one(Account, member.account.id).reference}
            for name in ("account", "close_account", "reopen_account", "grant_role", "withdraw_role")
        },
        "bookings_admin.release": {"reference": kept.reference},
        **_of_a_voucher(make),
        "bookings.use_voucher": {"reference": waiting.reference},
        "bookings.drop_voucher": {"reference": waiting.reference},
        "bookings_admin.membership": {"reference": own.organization.reference},
        "bookings_admin": run, "rosters_admin": run, "bookings_admin.booking": order, "bookings_admin.cancel": order,
        "bookings_admin.approve": order, "bookings_admin.decline": order,
        **{f"bookings_admin.{name}": {"reference": party.reference} for name in ("party", "offer", "remove")},
        "bookings_admin.payment": {"reference": paid.invoice.reference},
        "bookings_admin.record": {"reference": paid.invoice.reference},
        **_statement(make, own.organization),
        **_looked_at(make, paid),
        "catalogue_admin": run,
        "catalogue_admin.withdraw_fee": {
            "number": session.scalars(select(Fee.id).where(Fee.course_id == coming.course_id)).first()
        },
        **{f"dispatches.{name}": {"code": "briefing"} for name in ("service", "new", "create")},
        **{f"dispatches_admin.{name}": {"code": "briefing"} for name in ("service", "change_service")},
        "dispatches": asked, "dispatches_admin": asked,
        "dispatches.invoice": agreed, "dispatches.receipt": agreed,
        "catalogue_admin.venue": {"code": "tokyo-kanda"}, "catalogue_admin.change_venue": {"code": "tokyo-kanda"},
        "compliance_admin": {"reference": session.scalars(select(Requirement.reference)).first()},
        "office.settle": {"number": matter.id},
    }  # fmt: skip
    return World(actors, parts)


def _looked_at(make: Make, booking: Booking) -> dict[str, Parts]:
    """A refund, and the request that a second person agrees to it."""
    clerk = by(make.staff().person)
    with transaction():
        invoice = session.get_one(Invoice, booking.invoice_id)
        [refund] = owe_refund(invoice=invoice, amount=Yen(1), reason="-", key="look", by=clerk, now=clock.now())
        asked = ask_to_send(refund=refund, reason="-", by=clerk, now=clock.now())
    return {f"bookings_admin.{name}": {"reference": asked.reference} for name in ("look", "decide_look")}


def _statement(make: Make, organization: Organization) -> dict[str, Parts]:
    """A statement of our bank with a line nobody knows, a layout, and how the organization stands."""
    file, _fresh = take_in(
        notice([Came(clock.today(), 500, "ﾀﾅｶ")]), "notice.txt", None, by=audit.SYSTEM, now=clock.now()
    )
    facts = LayoutFacts("みほん銀行", Encoding.UTF_8, 1, 0, 1, 2, 4, None, 3, "")
    with transaction():
        layout = create_layout(facts=facts, by=audit.SYSTEM, now=clock.now())
    line = session.scalars(select(BankLine)).one()
    one_line = ("bank_line", "bank_choose", "bank_post_line", "bank_set_aside", "bank_take_back", "bank_take_up")
    one_layout = ("bank_layout", "bank_change_layout", "bank_retire_layout")
    one_organization = ("account", "use_credit", "pay_credit_back", "forget_payer_name")
    return {
        **{f"bookings_admin.{name}": {"reference": line.reference} for name in one_line},
        **{f"bookings_admin.{name}": {"reference": layout.reference} for name in one_layout},
        **{f"bookings_admin.{name}": {"reference": organization.reference} for name in one_organization},
        **{f"bookings_admin.{name}": {"reference": file.reference} for name in ("bank_file", "bank_file_content")},
    }


def _of_a_voucher(make: Make) -> dict[str, Parts]:
    """The pages of a code that was given out."""
    facts = VoucherFacts("HARUNO26", "春の案内状", 10, None, None, None, None, clock.today(), None, False)
    with make.deed():
        coded: Parts = {"code": add_voucher(facts=facts, courses=[], by=audit.SYSTEM, now=clock.now()).code}
    return {"bookings_admin.voucher": coded, "bookings_admin.end_voucher": coded}


def _an_invoice() -> Parts:
    return {"reference": session.scalars(select(Invoice.reference)).first()}


def _billed_in_addition(make: Make, run: CourseRun, theirs: Parts) -> Parts:
    """A seat moved to a dearer date: the booking, and the additional invoice."""
    dearer = make.run(days_ahead=70, price_general=20_000, price_member=20_000)
    moved = make.paid(run, **theirs)
    with transaction():
        move_seat(
            booking=moved, position=1, run_reference=dearer.reference, agreed=Yen(0), more=Yen(8_500), by=audit.SYSTEM,
            now=clock.now(),
        )  # fmt: skip
    _settle(make.whole(moved).supplements[0].invoice)
    return {"reference": moved.reference, "invoice": make.whole(moved).supplements[0].invoice.reference}


def _papers(somebody: Coordinator, paid: Booking) -> dict[str, Parts]:
    """A quote of the organization, and any paper of the register."""
    quoted = {"reference": session.scalars(select(Estimate.reference)).one()}
    theirs = {"reference": somebody.organization.reference}
    assert paid.invoice is not None
    whose = session.scalars(select(Paper).where(Paper.invoice_id == paid.invoice.id, Paper.kind == "receipt")).one()
    about = {"reference": paid.reference, "number": whose.number, "copy": 1, "invoice": paid.invoice.reference}
    return {
        **{f"bookings.{name}": about for name in ("paper_of_booking", "print_again", "receipts", "split")},
        **{
            f"bookings_admin.{name}": {"reference": about["invoice"]}
            for name in ("invoice_correction", "correct_invoice")
        },
        **{f"bookings.{name}": quoted for name in ("estimate", "estimate_pdf", "any_estimate", "any_estimate_pdf")},
        **{f"bookings.{name}": theirs for name in ("new_estimate_for", "create_estimate_for")},
        "bookings_admin.paper": {"number": session.scalars(select(Paper.number)).first(), "copy": 1},
    }


def _paid_request(make: Make, somebody: Coordinator) -> Parts:
    """A request whose quote was accepted and paid: both papers are there."""
    made = make.accepted(somebody)
    _settle(made.invoice)
    return {"reference": made.reference}


def _settle(invoice: Invoice | None) -> None:
    """Its money came by transfer."""
    assert invoice is not None
    with transaction():
        settle(
            invoice=invoice, provider=Provider.BANK_TRANSFER, external_id=f"T-{invoice.reference}",
            amount=invoice.total, received_on=clock.today(), by=audit.SYSTEM, now=clock.now(),
        )  # fmt: skip


def about_a_move(make: Make, theirs: Parts) -> Parts:
    """A run with seats was moved: what is asked about it."""
    run = make.run(days_ahead=90)
    booking = make.paid(run, **theirs)
    move_run(make, run)
    return {"reference": question_about(booking).reference}
