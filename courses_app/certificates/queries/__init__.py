"""Questions about certificates."""

from courses_app.certificates.queries.absences import (
    ABSENCE,
    absence_due,
    is_due_of,
    mistake_due,
    next_absence,
    next_mistake,
)
from courses_app.certificates.queries.due import (
    PAPER_FAILED,
    certificate_due,
    count_to_come,
    failed_paper_of,
    is_due,
    next_certificate,
    next_notice,
    notice_due,
    resting,
)
from courses_app.certificates.queries.lists import (
    by_code,
    by_code_for,
    closed_run,
    copies_of,
    courses_with_certificates,
    every,
    every_notice,
    for_office,
    latest,
    notice_by_number,
    notices,
    of_organization,
    of_person,
)
from courses_app.certificates.queries.standing import valid_certificates_of
from courses_app.certificates.queries.violations import violations

__all__ = [
    "ABSENCE", "PAPER_FAILED", "absence_due", "by_code", "by_code_for", "certificate_due", "closed_run", "copies_of",
    "count_to_come", "courses_with_certificates", "every", "every_notice", "failed_paper_of", "for_office", "is_due",
    "is_due_of", "latest", "mistake_due", "next_absence", "next_certificate", "next_mistake", "next_notice",
    "notice_by_number", "notice_due", "notices", "of_organization", "of_person", "resting", "valid_certificates_of",
    "violations",
]  # fmt: skip
