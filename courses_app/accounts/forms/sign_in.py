"""Forms of signing in, registering, and passwords. Fields `email` and `password` are relied on from outside."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, PasswordField
from wtforms.validators import ValidationError

from courses_app.accounts.forms.fields import AddressField
from courses_app.accounts.rules.passwords import check_password
from courses_app.foundation.forms import BaseForm, Required, email_shape
from courses_app.foundation.refusal import Refusal


class EmailForm(BaseForm):
    """An address that a link is mailed to."""

    email = AddressField(_l("E-mail address"), [Required(_l("Enter your e-mail address.")), email_shape])

    @property
    def address(self) -> str:
        return self.email.data or ""


class SignInForm(EmailForm):
    """Who is it? `next` is where to go on to."""

    password = PasswordField(_l("Password"), [Required(_l("Enter your password."))])
    next = HiddenField()

    @property
    def typed_password(self) -> str:
        return self.password.data or ""


class _NewPassword(BaseForm):
    """A form that ends with a new password for the owner of an e-mail address."""

    password = PasswordField(_l("New password"), [Required(_l("Choose a password."))])

    def owner(self) -> str:
        raise NotImplementedError

    def validate_password(self, field: Field) -> None:
        try:
            check_password(field.data, email=self.owner(), field=field.name)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal

    @property
    def typed_password(self) -> str:
        return self.password.data or ""


class RegisterForm(EmailForm, _NewPassword):
    """Somebody wants an account."""

    password = PasswordField(_l("Password"), [Required(_l("Choose a password."))])

    def owner(self) -> str:
        return self.address


class ResetForm(_NewPassword):
    """A new password, chosen with a mailed link."""

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owner = email

    def owner(self) -> str:
        return self._owner


class ChangeForm(ResetForm):
    """A new password, chosen by somebody who knows the old one."""

    present_password = PasswordField(_l("Present password"), [Required(_l("Enter your present password."))])

    @property
    def typed_present_password(self) -> str:
        return self.present_password.data or ""
