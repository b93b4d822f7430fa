"""What the office is told when a certificate can't be changed, or not printed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal


class AlreadyRevoked(Refusal):
    """A revoked certificate stays revoked: it is neither revoked again nor reissued."""

    def __init__(self) -> None:
        super().__init__(_l("This certificate has already been revoked."))


class NotTheLatest(Refusal):
    """Somebody else has reissued the certificate since the page was opened."""

    def __init__(self) -> None:
        super().__init__(_l("This certificate has been reissued in the meantime. Please look at its latest copy."))


class NewNameMissing(Refusal):
    """A reissue for a changed name says the new name."""

    def __init__(self) -> None:
        super().__init__(_l("Enter the new name, exactly as on the residence record."), field="family_name")


class BirthDateMissing(Refusal):
    """A certificate names the date of birth; this attendee has none."""

    def __init__(self) -> None:
        super().__init__(_l("The attendee's date of birth is missing: the certificate can't be printed without it."))


class PapersIssued(Refusal):
    """A roster on which certificates rest stays closed."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "Certificates have already been issued from this roster, so it stays closed."
                " Revoke or reissue them instead."
            )
        )
