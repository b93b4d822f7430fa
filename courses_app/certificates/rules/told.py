"""What the audit and the outbox call what happens to certificates."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _p

from courses_app.foundation.naming import Told

TOLD = Told(
    actions={
        "certificate.issued": _p("what was done", "Certificate issued"),
        "certificate.reissued": _p("what was done", "Certificate reissued"),
        "certificate.revoked": _p("what was done", "Certificate revoked"),
        "notice_of_failure.issued": _p("what was done", "Notice of failure issued"),
    },
    states={
        "certificate.issued": _p("state in the audit", "Issued"),
        "certificate.revoked": _p("state in the audit", "Revoked"),
        "notice_of_failure.issued": _p("state in the audit", "Issued"),
        "reason.lost": _p("state in the audit", "Lost"),
        "reason.damaged": _p("state in the audit", "Damaged"),
        "reason.name_changed": _p("state in the audit", "Name changed"),
        "reason.misprint": _p("state in the audit", "Misprint"),
        "paper.certificate": _p("state in the audit", "Certificate"),
        "paper.notice_of_failure": _p("state in the audit", "Notice of failure"),
    },
    mails={
        "certificates/absent": _p("kind of mail", "Was absent"),
        "certificates/attended": _p("kind of mail", "Was not absent after all"),
        "certificates/failed": _p("kind of mail", "Notice of failure"),
        "certificates/issued": _p("kind of mail", "Certificate issued"),
        "certificates/issued_attendee": _p("kind of mail", "Certificate issued (attendee)"),
        "certificates/reissued": _p("kind of mail", "Certificate reissued"),
        "certificates/reissued_attendee": _p("kind of mail", "Certificate reissued (attendee)"),
        "certificates/revoked": _p("kind of mail", "Certificate revoked"),
        "certificates/revoked_attendee": _p("kind of mail", "Certificate revoked (attendee)"),
    },
)
