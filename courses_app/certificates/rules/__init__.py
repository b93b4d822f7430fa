"""What a certificate is worth on a day, how long, what its number says, and how much of a name strangers may see."""

from courses_app.certificates.rules.masking import masked
from courses_app.certificates.rules.numbers import Series, certificate_number, is_number, notice_number
from courses_app.certificates.rules.refusals import (
    AlreadyRevoked,
    BirthDateMissing,
    NewNameMissing,
    NotTheLatest,
    PapersIssued,
)
from courses_app.certificates.rules.statuses import Status, status_on
from courses_app.certificates.rules.validity import valid_through
from courses_app.certificates.rules.words import (
    REASON_NAMES,
    STATUS_NAMES,
    CertificateFilter,
    NewName,
    NoticeFilter,
    ReissueReason,
)

__all__ = [
    "REASON_NAMES", "STATUS_NAMES", "AlreadyRevoked", "BirthDateMissing", "CertificateFilter", "NewName",
    "NewNameMissing", "NotTheLatest", "NoticeFilter", "PapersIssued", "ReissueReason", "Series", "Status",
    "certificate_number", "is_number", "masked", "notice_number", "status_on", "valid_through",
]  # fmt: skip
