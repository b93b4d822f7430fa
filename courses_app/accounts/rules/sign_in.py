"""How signing in says no: the same words whatever was wrong, as long as nothing is proven (S-04)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal


class SignInRefused(Refusal):
    """No such account, another password, or an account that was closed."""

    def __init__(self) -> None:
        super().__init__(_l("The e-mail address or the password is not right."))


class NotConfirmed(Refusal):
    """The password is right, but the mailed link has not been opened yet."""

    def __init__(self) -> None:
        super().__init__(_l("Your e-mail address is not confirmed yet. Please open the link in the mail we sent you."))


class LinkUsed(Refusal):
    """Somebody else's press of the same button was faster."""

    def __init__(self) -> None:
        super().__init__(_l("This link has just been used. Please sign in, or ask for a new link."))


class WrongPresentPassword(Refusal):
    """The old password typed for a change is not right."""

    def __init__(self) -> None:
        super().__init__(_l("This is not your present password."), field="present_password")
