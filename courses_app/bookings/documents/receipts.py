"""Receipts in parts: in whose name, and what is proposed for each attendee."""

from __future__ import annotations

from collections.abc import Mapping

from courses_app.bookings.models import Booking
from courses_app.foundation.yen import TaxCategory, Yen, total
from courses_app.payments.models import Invoice
from courses_app.payments.rules.receipts import ReceiptPart

EACH = "attendees"


def addressees(booking: Booking, invoice: Invoice) -> list[str]:
    """In whose name receipts may be: of the organization, its establishments, its attendees."""
    organization = booking.organization
    own = [invoice.addressee, organization.invoice_addressee or "", organization.name]
    places = [f"{organization.name} {one.name}" for one in organization.establishments if one.name != organization.name]
    people = [f"{seat.full_name} 様" for seat in booking.seats if seat.full_name]
    return list(dict.fromkeys(name for name in (*own, *places, *people) if name))


def receipt_parts(
    booking: Booking, invoice: Invoice, sums: Mapping[TaxCategory, Yen], *, how: str
) -> list[ReceiptPart]:
    """One receipt for all that was paid; or one for each live seat, and the rest (fees) on one to the organization."""
    paid, language = total(sums.values()), invoice.language
    if how != EACH or invoice.id != booking.invoice_id:
        return [ReceiptPart(invoice.addressee, "", paid)]
    parts: list[ReceiptPart] = []
    for seat in booking.live_seats:
        amount = min(seat.price, Yen(paid - total(part.amount for part in parts)))
        name = f"{seat.full_name}様 受講料" if language == "ja" else f"Course fee of {seat.full_name}"
        parts.append(ReceiptPart(invoice.addressee, name if seat.full_name else "", amount))
    rest = Yen(paid - total(part.amount for part in parts))
    if rest:
        parts.append(ReceiptPart(invoice.addressee, "", rest))
    return [part for part in parts if part.amount > 0] or [ReceiptPart(invoice.addressee, "", paid)]
