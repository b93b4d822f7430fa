"""The office's pages about bookings, money and the seats of runs."""

from courses_app.bookings.admin_routes import (
    approvals,
    bank,
    bank_layouts,
    bank_line,
    blocks,
    bookings,
    changes,
    comparison,
    credit,
    demand,
    looks,
    memberships,
    names,
    papers,
    payments,
    plans,
    questions,
    runs,
    vouchers,
    waiting,
    ways,
)
from courses_app.bookings.admin_routes.blueprint import pages

__all__ = [
    "approvals", "bank", "bank_layouts", "bank_line", "blocks", "bookings", "changes", "comparison", "credit",
    "demand", "looks", "memberships", "names", "pages", "papers", "payments", "plans", "questions", "runs",
    "vouchers", "waiting", "ways",
]  # fmt: skip
