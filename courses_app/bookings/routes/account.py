"""What the organization owes us and what we hold of it."""

from __future__ import annotations

from flask import render_template

from courses_app.accounts.guards import coordinator, current_organization
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.foundation import clock
from courses_app.payments import queries as money
from courses_app.payments.queries import banking


@pages.get("/organization/account")
@coordinator
def account() -> Answer:
    organization, today = current_organization(), clock.today()
    payments = banking.payments_by(organization)
    return render_template(
        "bookings/account.html", organization=organization, today=today, credit=money.credit_of(organization),
        debt=banking.debt_of(organization), overdue=banking.debt_of(organization, before=today),
        invoices=banking.owed_by(organization), payments=payments,
        left={one.id: money.unallocated(one) for one in payments},
    )  # fmt: skip
