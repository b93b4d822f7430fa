"""What the audit calls what happens to courses, runs and venues."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told

TOLD = Told(
    actions={
        "course.added": _p("what was done", "Course added"),
        "course.changed": _p("what was done", "Course changed"),
        "course.fee_set": _p("what was done", "Fee set"),
        "course.fee_withdrawn": _p("what was done", "Price withdrawn"),
        "course.change_policy_set": _p("what was done", "Rules for changes set"),
        "run.planned": _p("what was done", "Run planned"),
        "run.changed": _p("what was done", "Run changed"),
        "run.link_renewed": _p("what was done", "Link of the private run renewed"),
        "run.removed": _p("what was done", "Run removed"),
        "run.publish": _p("what was done", "Run published"),
        "run.call_off": _p("what was done", "Run called off"),
        "venue.added": _p("what was done", "Venue added"),
        "venue.changed": _p("what was done", "Venue changed"),
    },
    states={
        "run.draft": _p("state in the audit", "Draft"),
        "run.published": _p("state in the audit", "Published"),
        "run.called_off": _p("state in the audit", "Called off"),
        "visibility.public": _p("state in the audit", "Public run"),
        "visibility.private": _p("state in the audit", "Private run"),
        "audience.general": _p("state in the audit", "General fee"),
        "audience.member": _p("state in the audit", "Fee for supporting members"),
        "tax_category.taxable_10": _p("state in the audit", "Taxable at 10%"),
        "tax_category.exempt": _p("state in the audit", "Exempt from tax"),
        "tax_category.out_of_scope": _p("state in the audit", "Out of scope of tax"),
    },
    details={
        "audience": _p("detail in the audit", "For whom"),
        "early_until_on": _p("detail in the audit", "Early price, booked until"),
        "early_days_before": _p("detail in the audit", "Early price, days before the run"),
        "tax_category": _p("detail in the audit", "Tax category"),
        "offer_hours": _p("detail in the audit", "Hours an offer stands"),
        "smaller_may_pass": _p("detail in the audit", "Smaller parties may pass"),
        "visibility": _p("detail in the audit", "Who sees the run"),
        "naming_days_before": _p("detail in the audit", "Seats named until, days before"),
        "naming_day_kind": _p("detail in the audit", "Seats named until, kind of days"),
        "move_answer_days": _p("detail in the audit", "Answers after a move, within days"),
        "move_reminder_days": _p("detail in the audit", "Reminder to answer, days before"),
        "naming_reminder_days": _p("detail in the audit", "Reminder to name seats, days before"),
        "unnamed_seats": _p("detail in the audit", "Seats without a name"),
        "needs_approval": _p("detail in the audit", "Bookings are requests"),
        "approval_business_days": _p("detail in the audit", "Requests answered within, business days"),
        "moved": _p("detail in the audit", "Place or times changed"),
        "starts_at": _p("detail in the audit", "Begins at"),
        "summary": _p("detail in the audit", "Summary"),
        "description": _p("detail in the audit", "Description"),
        "certificate_worth": _p("detail in the audit", "What the certificate is worth"),
        "legal_basis": _p("detail in the audit", "Legal basis"),
        "net_minutes": _p("detail in the audit", "Net minutes"),
        "pass_mark": _p("detail in the audit", "Pass mark"),
        "test_minutes": _p("detail in the audit", "Minutes of the test"),
        "test_questions": _p("detail in the audit", "Questions of the test"),
        "validity_months": _p("detail in the audit", "Months of validity"),
        "default_capacity": _p("detail in the audit", "Usual capacity"),
        "default_language": _p("detail in the audit", "Usual language"),
        "closes_days_before_venue": _p("detail in the audit", "Booking closes (venue), days before"),
        "closes_business_days_before_online": _p(
            "detail in the audit", "Booking closes (online), business days before"
        ),
        "payment_due_business_days": _p("detail in the audit", "Payment due, business days"),
        "payment_grace_business_days": _p("detail in the audit", "Payment grace, business days"),
        "quoted_days": _p("detail in the audit", "Days the prices of a quote hold"),
        "hold_minutes": _p("detail in the audit", "Minutes seats are held"),
        "withdrawn_on": _p("detail in the audit", "Withdrawn on"),
        "prefecture_code": _p("detail in the audit", "Prefecture"),
        "access": _p("detail in the audit", "Access"),
        "closed_on": _p("detail in the audit", "Closed on"),
    },
)
