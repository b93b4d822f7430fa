"""What changes certificates: issued, reissued, revoked; and what closed rosters owe besides."""

from courses_app.certificates.operations.absences import put_off_absence, settle_absence, take_back_absence
from courses_app.certificates.operations.issuing import NumberTaken, issue_certificate, issue_notice, put_off_paper
from courses_app.certificates.operations.keeping import reissue_certificate, reopen_roster, revoke_certificate
from courses_app.certificates.operations.verifying import Checked, TooManyChecks, check_by_code, check_by_number

__all__ = [
    "Checked", "NumberTaken", "TooManyChecks", "check_by_code", "check_by_number", "issue_certificate",
    "issue_notice", "put_off_absence", "put_off_paper", "reissue_certificate", "reopen_roster", "revoke_certificate",
    "settle_absence", "take_back_absence",
]  # fmt: skip
