"""Fields of this room: addresses, numbers the state gives, second looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, StopValidation, ValidationError

from courses_app.accounts.rules import numbers
from courses_app.accounts.rules.prefectures import PREFECTURES
from courses_app.foundation import text
from courses_app.foundation.forms import BaseForm, options
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import locale

LONGEST_TEXT = 200


class AddressField(EmailField):
    """An e-mail address: any width, folded to lower case."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([(text.folded(value) or "").lower() for value in valuelist])


class ShapedField(StringField):
    """A number brought into its one shape by a rule; what the rule refuses stays as typed, with its sentence."""

    def __init__(self, *args: Any, shape: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape = shape

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.folded(value) or "" for value in valuelist])

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        try:
            self.data = self.shape(self.data)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal


def corporate_number(typed: str) -> str:
    """13 digits from any way to write them."""
    return numbers.check_corporate_number(text.digits(typed) or "")


class PickField(RadioField):
    """One of a few; picking nothing is answered in the field's own words."""

    def __init__(self, label: Any, *, nothing: Any, **kwargs: Any) -> None:
        super().__init__(label, [InputRequired()], **kwargs)
        self.nothing = nothing

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            raise StopValidation(str(self.nothing))
        super().pre_validate(form)


class SecondLook(BaseForm):
    """A form that may be right though it looks wrong: shown once more with a warning, and accepted when sent again."""

    looked_at = HiddenField()

    def needs_second_look(self, subject: str) -> bool:
        """True the first time this subject is doubted; the form then remembers that it has been shown."""
        if self.looked_at.data == subject:
            return False
        self.looked_at.data = subject
        return True


class Versioned(BaseForm):
    """A form that remembers which version of a thing it shows (R-41)."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the form was made from; 0, which nothing has, when it does not say."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class PrefectureField(SelectField):
    """One of the 47 prefectures, by its JIS X 0401 code."""

    def __init__(self, label: Any, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=_prefectures, **kwargs)


def prefecture_name(code: str) -> str:
    """東京都 / Tokyo from `13`."""
    return PREFECTURES[code][1 if locale() == "en" else 0] if code in PREFECTURES else code


def _prefectures() -> list[Any]:
    return options([("", _l("Please choose")), *((code, prefecture_name(code)) for code in PREFECTURES)])
