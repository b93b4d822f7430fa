"""Forms of signing in, registering, and passwords. Fields `email` and `password` are relied on from outside."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, HiddenField, PasswordField
from wtforms.validators import ValidationError

from courses_app.accounts.rules.passwords import check_password
from courses_app.foundation import text
from courses_app.foundation.forms import BaseForm, Required, email_shape
from courses_app.foundation.refusal import Refusal


class AddressField(EmailField):
    """An e-mail address: any width, folded to lower case."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([(text.folded(value) or "").lower() for value in valuelist])


class SignInForm(BaseForm):
    """Who is it? `next` is where to go on to."""

    email = AddressField(_l("E-mail address"), [Required(_l("Enter your e-mail address.")), email_shape])
    password = PasswordField(_l("Password"), [Required(_l("Enter your password."))])
    next = HiddenField()


class EmailForm(BaseForm):
    """An address that a link is mailed to."""

    email = AddressField(_l("E-mail address"), [Required(_l("Enter your e-mail address.")), email_shape])


class _NewPassword(BaseForm):
    """A form that ends with a new password for the owner of `email`."""

    def owner(self) -> str:
        raise NotImplementedError

    def accept(self, field: Field) -> None:
        try:
            check_password(field.data, email=self.owner(), field=field.name)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal


class RegisterForm(_NewPassword):
    """Somebody wants an account."""

    email = AddressField(_l("E-mail address"), [Required(_l("Enter your e-mail address.")), email_shape])
    password = PasswordField(_l("Password"), [Required(_l("Choose a password."))])

    def owner(self) -> str:
        return self.email.data or ""

    def validate_password(self, field: Field) -> None:
        self.accept(field)


class ResetForm(_NewPassword):
    """A new password, chosen with a mailed link."""

    password = PasswordField(_l("New password"), [Required(_l("Choose a password."))])

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account_email = email

    def owner(self) -> str:
        return self.account_email

    def validate_password(self, field: Field) -> None:
        self.accept(field)


class ChangeForm(_NewPassword):
    """A new password, chosen by somebody who knows the old one."""

    present_password = PasswordField(_l("Present password"), [Required(_l("Enter your present password."))])
    password = PasswordField(_l("New password"), [Required(_l("Choose a password."))])

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account_email = email

    def owner(self) -> str:
        return self.account_email

    def validate_password(self, field: Field) -> None:
        self.accept(field)
