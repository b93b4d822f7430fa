"""A voucher code on the last page before the order."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.bookings import operations
from courses_app.bookings.forms.vouchers import VoucherForm
from courses_app.bookings.routes.blueprint import Answer, own_booking, pages
from courses_app.bookings.routes.booking import review_with_code
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import see_other, writes


@pages.post("/bookings/<reference>/voucher")
@coordinator
def use_voucher(reference: str) -> Answer:
    """Each code that is tried is counted first, in a transaction of its own: a wrong one undoes the second."""
    found, form = own_booking(reference), VoucherForm()
    if not form.validate():
        return review_with_code(found, form), 422
    try:
        in_transaction(lambda: operations.count_code(organization=current_organization(), now=clock.now()))
        in_transaction(lambda: _use(reference, form.code.data or ""))
    except Refusal as refusal:
        form.refuse(refusal)
        return review_with_code(own_booking(reference), form), refusal.status
    flash(_("The code has been applied. Please check the new price below."), "success")
    return see_other("bookings.booking", reference=reference)


def _use(reference: str, code: str) -> None:
    operations.use_voucher(booking=own_booking(reference), code=code, by=current_actor(), now=clock.now())


@pages.post("/bookings/<reference>/voucher/removal")
@writes
@coordinator
def drop_voucher(reference: str) -> Answer:
    operations.drop_voucher(booking=own_booking(reference), by=current_actor(), now=clock.now())
    flash(_("The code has been taken off. The seats are at their price without it again."), "success")
    return see_other("bookings.booking", reference=reference)
