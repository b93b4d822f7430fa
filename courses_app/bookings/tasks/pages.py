"""On the way to a payment page: one page at a time, its key stored before the call, its address stored after it."""

from __future__ import annotations

from courses_app.accounts.models import Organization
from courses_app.bookings import gateways, operations, queries
from courses_app.bookings.models import Booking
from courses_app.bookings.tasks.firms import Clock, close
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import in_transaction
from courses_app.payments.gateways.stripe_checkout import GatewayRefused, GatewayUnreachable
from courses_app.payments.models import Checkout, CheckoutStatus, PaymentMethod
from courses_app.payments.operations import intend_customer, note_checkout_ended, note_checkout_opened, note_customer
from courses_app.payments.queries import taking_money


def open_page(booking: Booking, method: PaymentMethod, *, language: str, by: Actor, clock: Clock) -> str | None:
    """Where to send the payer; None when there is no page to go to: paid meanwhile, or numbers were given out already.

    A page of another method is closed first, so that nobody pays twice (R-13). Raises GatewayUnreachable,
    GatewayRefused, and what `begin_checkout` raises.
    """
    operations.check_payable_by(booking, method, now=clock())  # known before a page is closed in vain
    invoice = queries.to_pay(booking)
    for other in taking_money(invoice) if invoice else ():
        if other.method is method and other.status is CheckoutStatus.PROMISED:
            return None
        if other.method is not method and not close(other, clock):
            raise GatewayUnreachable("another payment page could not be closed")
    if queries.to_pay(booking) is None:
        return None
    checkout = in_transaction(lambda: _intention(booking, method, language=language, by=by, clock=clock))
    return checkout.url or _asked_for(checkout, booking, language=language, clock=clock)


def _intention(booking: Booking, method: PaymentMethod, *, language: str, by: Actor, clock: Clock) -> Checkout:
    checkout = operations.begin_checkout(booking=booking, method=method, language=language, by=by, now=clock())
    _loaded = checkout.invoice.lines  # read now: nothing is read while Stripe is asked
    return checkout


def _asked_for(checkout: Checkout, booking: Booking, *, language: str, clock: Clock) -> str:
    try:
        customer = None
        if checkout.method is PaymentMethod.VIRTUAL_ACCOUNT:
            customer = _customer(booking.organization, language=language, clock=clock)
        opened = gateways.ask(checkout, booking=booking.reference, customer=customer)
    except (GatewayUnreachable, GatewayRefused) as trouble:
        _note_failure(checkout, trouble, clock=clock)
        raise
    in_transaction(lambda: note_checkout_opened(checkout=checkout, opened=opened, now=clock()))
    return opened.url


def _customer(organization: Organization, *, language: str, clock: Clock) -> str:
    """What Stripe calls the organization, asked once; a lost answer is asked for again under the same key (R-09)."""
    known = in_transaction(lambda: intend_customer(organization=organization, language=language, now=clock()))
    if known.external_id is not None:
        return known.external_id
    external_id = gateways.register(known)
    in_transaction(lambda: note_customer(customer=known, external_id=external_id))
    return external_id


def _note_failure(checkout: Checkout, trouble: Exception, *, clock: Clock) -> None:
    """A lost answer is asked for again under the same key; a stored failure or a refusal needs a new one."""
    if isinstance(trouble, GatewayRefused) or getattr(trouble, "replayed", False):
        in_transaction(lambda: note_checkout_ended(checkout=checkout, status=CheckoutStatus.FAILED, now=clock()))
