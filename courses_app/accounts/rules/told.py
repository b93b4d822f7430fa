"""What the audit and the outbox call what happens to people, organizations and accounts."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told

TOLD = Told(
    actions={
        "account.opened": _p("what was done", "Account opened"),
        "account.confirmed": _p("what was done", "E-mail address confirmed"),
        "account.closed": _p("what was done", "Account closed"),
        "account.reopened": _p("what was done", "Account opened again"),
        "account.password_set": _p("what was done", "Password set"),
        "account.role_granted": _p("what was done", "Access granted"),
        "account.role_withdrawn": _p("what was done", "Access withdrawn"),
        "account.signed_out_everywhere": _p("what was done", "Signed out everywhere"),
        "establishment.added": _p("what was done", "Establishment added"),
        "establishment.changed": _p("what was done", "Establishment changed"),
        "establishment.closed": _p("what was done", "Establishment closed"),
        "membership.begun": _p("what was done", "Person joined the organization"),
        "membership.coordinator_named": _p("what was done", "Coordinator named"),
        "membership.ended": _p("what was done", "Person left the organization"),
        "organization.added": _p("what was done", "Organization added"),
        "organization.changed": _p("what was done", "Organization changed"),
        "organization.membership_decided": _p("what was done", "Supporting membership decided"),
        "person.added": _p("what was done", "Person added"),
        "person.changed": _p("what was done", "Personal details changed"),
    },
    states={
        "account.staff": _p("state in the audit", "Office staff"),
        "account.instructor": _p("state in the audit", "Instructor"),
        "organization.none": _p("state in the audit", "Not a member"),
        "organization.pending": _p("state in the audit", "Being verified"),
        "organization.verified": _p("state in the audit", "Supporting member"),
        "kind.supervising": _p("state in the audit", "Supervising organization"),
        "kind.implementing": _p("state in the audit", "Implementing organization"),
        "kind.accepting": _p("state in the audit", "Organization accepting specified skilled workers"),
        "kind.registered_support": _p("state in the audit", "Registered support organization"),
        "kind.sending": _p("state in the audit", "Sending organization"),
        "kind.other": _p("state in the audit", "Other organization"),
        "licence_class.general": _p("state in the audit", "General supervision"),
        "licence_class.specified": _p("state in the audit", "Specified supervision"),
    },
    details={
        "organization": _p("detail in the audit", "Organization"),
        "member_number": _p("detail in the audit", "Member number"),
        "browsers": _p("detail in the audit", "Number of browsers"),
        "name_kana": _p("detail in the audit", "Name in kana"),
        "corporate_number": _p("detail in the audit", "Corporate number"),
        "licence_number": _p("detail in the audit", "Licence number"),
        "licence_class": _p("detail in the audit", "Licence class"),
        "prefecture": _p("detail in the audit", "Prefecture"),
        "phone": _p("detail in the audit", "Telephone number"),
        "contact_name": _p("detail in the audit", "Contact person"),
        "contact_email": _p("detail in the audit", "E-mail of the contact"),
        "invoice_addressee": _p("detail in the audit", "Invoice addressee"),
        "family_name": _p("detail in the audit", "Family name"),
        "given_name": _p("detail in the audit", "Given name"),
        "family_name_kana": _p("detail in the audit", "Family name (reading)"),
        "given_name_kana": _p("detail in the audit", "Given name (reading)"),
        "born_on": _p("detail in the audit", "Date of birth"),
        "email": _p("detail in the audit", "E-mail address"),
    },
    mails={
        "accounts/already_registered": _p("kind of mail", "Already registered"),
        "accounts/confirm": _p("kind of mail", "Confirm the address"),
        "accounts/password_changed": _p("kind of mail", "Password changed"),
        "accounts/reset": _p("kind of mail", "Choose a new password"),
        "accounts/staff": _p("kind of mail", "Staff account opened"),
        "accounts/welcome": _p("kind of mail", "Welcome"),
    },
)
