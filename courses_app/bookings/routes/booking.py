"""One booking of the organization: review and order, correct, cancel; afterwards its state."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, current_app, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import coordinator, current_actor, current_organization, current_person
from courses_app.accounts.operations import PersonFacts
from courses_app.bookings import documents, operations, queries
from courses_app.bookings.forms import METHOD_LABELS, CorrectionForm, OrderForm
from courses_app.bookings.forms.vouchers import VoucherForm
from courses_app.bookings.models import Booking, MoveQuestion, Seat
from courses_app.bookings.operations import AttendeeFacts
from courses_app.bookings.routes.blueprint import Answer, own_booking, pages
from courses_app.bookings.rules import (
    BookingStatus,
    Possible,
    SeatStatus,
    shown_status,
    what_is_possible,
)
from courses_app.bookings.rules.sheets import MOST_FROM_FILE
from courses_app.catalogue.queries import change_terms_on
from courses_app.catalogue.rules import seats_left
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.templating import locale
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import total
from courses_app.payments.models import AT_STRIPE, PaymentMethod
from courses_app.payments.queries import issuer_on, papers_of_order


@pages.get("/bookings/<reference>")
@coordinator
def booking(reference: str) -> Answer:
    found = own_booking(reference)
    state = _state(found)
    if state is BookingStatus.HELD:
        return _review(found, _order_form(found, fresh=True))
    if state is BookingStatus.EXPIRED and found.ordered_at is None:
        return _ran_out(found)
    return _as_it_stands(found, state)


@pages.post("/bookings/<reference>/confirmation")
@writes
@coordinator
def confirm(reference: str) -> Answer:
    found = own_booking(reference)
    state = _state(found)
    if state is BookingStatus.EXPIRED and found.ordered_at is None:
        return _ran_out(found), 409
    form = _order_form(found)
    if state is BookingStatus.HELD and not form.validate():
        return _review(found, form), 422
    if state is BookingStatus.HELD:
        _order(found, form.method)
    on = "booking_payments.choose" if _pays_on_a_page(found) else "bookings.booking"
    return see_other(on, reference=reference)


@pages.post("/bookings/<reference>/cancellation")
@writes
@coordinator
def cancel(reference: str) -> Answer:
    found = operations.cancel(booking=own_booking(reference), by=current_actor(), now=clock.now())
    flash(_cancelled_words(found), "success")
    return see_other("bookings.booking", reference=reference)


@pages.post("/bookings/<reference>/hold")
@writes
@coordinator
def hold_again(reference: str) -> Answer:
    """The same people once more, after their hold ran out; however often it is pressed, one hold (R-42)."""
    over = own_booking(reference)
    if _state(over) is not BookingStatus.EXPIRED:
        return see_other("bookings.booking", reference=reference)
    held = operations.hold_seats(
        organization=current_organization(),
        run_reference=over.first_run.reference,
        attendees=[_same(seat) for seat in over.seats if seat.status is not SeatStatus.CANCELLED],
        form_token=f"again:{over.reference}",
        by=current_actor(),
        booked_by=current_person(),
        language=locale(),
        now=clock.now(),
        most=MOST_FROM_FILE,
    )
    return see_other("bookings.booking", reference=held.reference)


@pages.get("/bookings/<reference>/seats/<int:position>/name")
@coordinator
def name(reference: str, position: int) -> Answer:
    seat = queries.named_seat_of(own_booking(reference), position) or abort(404)
    return _correction(reference, position, CorrectionForm(formdata=None, obj=seat))


def _correction(reference: str, position: int, form: BaseForm) -> str:
    found = own_booking(reference)
    seat = queries.named_seat_of(found, position) or abort(404)
    return render_template("bookings/name.html", booking=found, seat=seat, form=form, now=clock.now())


@pages.post("/bookings/<reference>/seats/<int:position>/name")
@refusals_on(CorrectionForm, _correction)
@writes
@coordinator
def correct(reference: str, position: int) -> Answer:
    found = own_booking(reference)
    seat = queries.named_seat_of(found, position) or abort(404)
    form = CorrectionForm()
    if not form.validate():
        return _correction(reference, position, form), 422
    facts = PersonFacts(**form.spelling, email=seat.attendee.email)
    operations.correct_attendee(booking=found, position=position, facts=facts, by=current_actor(), now=clock.now())
    return see_other("bookings.booking", reference=reference)


def _cancelled_words(found: Booking) -> str:
    if found.requested_at is not None and found.ordered_at is None:
        return str(_("The request has been withdrawn."))
    declined = found.waiting_party_id is not None and found.ordered_at is None
    return str(_("You have declined the seats.") if declined else _("The booking has been cancelled."))


def _as_it_stands(found: Booking, state: BookingStatus) -> str:
    queries.read_supplements(found)
    payments = found.invoice.payments if found.invoice else []
    refunds = [refund for one in queries.invoices_of(found) for refund in one.refunds if not refund.is_withdrawn]
    questions = queries.open_questions_of(found, now=clock.now())
    return render_template(
        "bookings/booking.html",
        booking=found,
        state=state,
        method_label=METHOD_LABELS[found.payment_method] if found.payment_method else "—",
        history=documents.history(found, queries.changes_of(found)),
        paid_on=payments[0].received_on if payments else None,
        refunds=total(refund.amount for refund in refunds),
        possible=_possible(found, questions),
        questions=questions,
        waiting=[(one, one.against(now=clock.now(), office=False)) for one in queries.waiting_in(found)],
        fees=found.fees,
        fee_names={seat.id: seat.full_name or _("Seat without a name") for seat in found.seats},
        kept=queries.fees_kept(found),
        missed=queries.absences_of(found, now=clock.now()),
        issuer=issuer_on(clock.today()),
        terms=documents.shown_terms(found),
        list=queries.list_of(booking=found),
        papers=papers_of_order(found.reference),
    )


def _possible(found: Booking, questions: Iterable[MoveQuestion]) -> dict[int, Possible]:
    """By run: each has its own days."""
    order, now = found.standing, clock.now()
    asked = {one.run_id: one.answer_until for one in questions}
    return {
        run.id: what_is_possible(
            order, starts_at=run.starts_at, now=now, office=False,
            asked_until=asked.get(run.id),
        )
        for run in found.runs
    }  # fmt: skip


def _state(found: Booking) -> BookingStatus:
    return shown_status(found.status, found.hold_until, now=clock.now())


def _order_form(found: Booking, *, fresh: bool = False) -> OrderForm:
    form = OrderForm(formdata=None) if fresh else OrderForm()
    named = any(seat.person_id is not None for seat in found.live_seats)
    form.offer(documents.methods_of(found, stripe_enabled=_stripe_enabled(), now=clock.now()), named=named)
    return form


def _order(found: Booking, method: PaymentMethod) -> None:
    operations.order(
        booking=found,
        payment_method=method,
        stripe_enabled=_stripe_enabled(),
        language=locale(),
        by=current_actor(),
        now=clock.now(),
    )


def _pays_on_a_page(found: Booking) -> bool:
    return found.status is BookingStatus.ORDERED and found.payment_method in AT_STRIPE


def _stripe_enabled() -> bool:
    return bool(current_app.config["SETTINGS"].stripe_enabled)


def review_with_code(found: Booking, code: VoucherForm) -> str:
    """The last page again, with a code that was refused; where it no longer applies, the booking as it stands."""
    state = _state(found)
    if state is BookingStatus.HELD:
        return _review(found, _order_form(found, fresh=True), code)
    return _ran_out(found) if found.ordered_at is None else _as_it_stands(found, state)


def _review(found: Booking, form: OrderForm, code: VoucherForm | None = None) -> str:
    now = clock.now()
    ways = [documents.payable_of(found, way, now=now) for way in form.ways]
    terms = change_terms_on(found.course.id, clock.day_of(now))
    items = documents.final_items(found, ways, terms=terms, on=clock.day_of(now))
    needed = next(filter(None, (one.needed_now(now=now) for one in queries.waiting_in(found))), None)
    return render_template(
        "bookings/review.html", booking=found, form=form, items=items, now=now,
        naming=[] if needed else documents.naming_lines(found), names_needed=needed,
        answer_on=documents.answer_day(found, now=now), list=queries.list_of(booking=found),
        code=code or VoucherForm(formdata=None), voucher=queries.voucher_of(found),
    )  # fmt: skip


def _ran_out(found: Booking) -> str:
    now = clock.now()
    taken = queries.taken_by_run([run.id for run in found.runs], now=now)
    left = {run.id: seats_left(run.capacity, taken[run.id]) for run in found.runs}
    short = [run for run, seats in found.by_run if left[run.id] < len(seats)]
    others_wait = any(queries.line_of(run, now=now).parties for run in found.runs)
    dates = queries.other_dates(short[0].reference, now=now) if short else []
    return render_template(
        "bookings/ran_out.html", booking=found, left=left, short=short, dates=dates, others_wait=others_wait
    )


def _same(seat: Seat) -> AttendeeFacts:
    if seat.person is None:
        return AttendeeFacts(run=seat.run.reference)
    return AttendeeFacts(
        person=seat.person.reference, email=seat.email, role_code=seat.role_code, run=seat.run.reference
    )
