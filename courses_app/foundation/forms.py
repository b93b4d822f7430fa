"""Forms: fields that accept any width and say clearly what to mend; a form never asks the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import time
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from babel.support import NullTranslations, Translations
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    StringField,
    TimeField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the types are of an older release
from wtforms.i18n import messages_path
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from courses_app.foundation import text
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.wording import reader_language

EMAIL = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s.<>\"',;:]+")
LONGEST_EMAIL = 254
LONGEST_NAME = 60


class BaseForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form of a page."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, _form: Form) -> NullTranslations:
            return _words_of_library(reader_language())

    def validate(self, extra_validators: Any = None) -> bool:
        for field in _controls(self):
            field.validators = (_readable, *field.validators)
        return bool(super().validate(extra_validators))

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal on the field it concerns, or at the top of the form."""
        field = self._fields.get(refusal.field) if refusal.field else None
        if field is not None:
            field.errors = [*field.errors, refusal.message]
        else:
            self.form_errors.append(str(refusal.message))


@lru_cache
def _words_of_library(language: str) -> NullTranslations:
    """The sentences of WTForms itself; by themselves they would be read from their file at every request."""
    return Translations.load(messages_path(), [language], domain="wtforms")


def _controls(form: Form) -> Iterator[Field]:
    """The controls of a form, of its rows, and of theirs."""
    for field in form:
        rows = field.entries if isinstance(field, FieldList) else [field]
        for row in rows:
            if isinstance(row, FormField):
                yield from _controls(row.form)
            else:
                yield row


def _readable(_form: Any, field: Field) -> None:
    """Refuse, and take out, what no column keeps: a NUL and its like. (A password is never kept.)"""
    if isinstance(field, PasswordField) or not isinstance(field.data, str) or field.data == text.shown(field.data):
        return
    field.data = text.shown(field.data)
    sentence = _l(
        "%(label)s held characters that can't be shown. They are taken out: please look and send it again.",
        label=field.label.text,
    )
    raise StopValidation(sentence)


class FilterForm(Form):
    """A form of a list, sent by GET."""


class Required(DataRequired):
    """The field must be filled in; the sentence names it."""

    def __init__(self, message: Any = None) -> None:
        super().__init__(message)

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is not None and (not isinstance(field.data, str) or field.data.strip()):
            return
        if field.errors:
            raise StopValidation()
        field.errors = []
        raise StopValidation(self.message or _l("Enter: %(label)s", label=field.label.text))


class NameField(StringField):
    """A name, kept as typed apart from outer white space."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.kept(value) or "" for value in valuelist])


class FoldedField(StringField):
    """Codes, e-mail, addresses: any width is accepted and folded."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.folded(value) or "" for value in valuelist])


class PhoneField(StringField):
    """A telephone number or postal code in any width and punctuation."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.hyphenated(value) or "" for value in valuelist])


class KanaField(StringField):
    """A reading: hiragana and half-width kana are converted; anything else stays as typed, refused with a sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        readings = [(text.kept(value) or "", text.katakana(value) or "") for value in valuelist]
        super().process_formdata([kana if text.is_katakana(kana) else typed for typed, kana in readings])

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data and not text.is_katakana(self.data):
            raise ValidationError(_l("Write the reading in katakana (hiragana is converted), for example ヤマダ."))


class WholeNumberField(IntegerField):
    """A whole number in digits of any width; thousands separators are accepted."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed = (text.folded(valuelist[0]) or "").replace(",", "").removeprefix("¥")
        if not typed:
            self.data = None
        elif re.fullmatch(r"-?\d{1,9}", typed):  # as many digits as every column of ours can hold
            self.data = int(typed)
        elif re.fullmatch(r"-?\d+", typed):
            self.data = None
            raise ValueError(_l("This number is too large."))
        else:
            self.data = None
            raise ValueError(_l("Write a whole number in digits, for example 40."))


class DayField(DateField):
    """A day as YYYY-MM-DD; also 2026/12/1, 2026年12月1日 and 20261201 in any width."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not (typed := text.folded(valuelist[0])):
            self.data = None
            return
        self.raw_data = [typed]
        self.data = text.day_typed(typed)
        if self.data is None:
            raise ValueError(_l("Write the day as year-month-day, for example 1985-04-09."))


class ClockField(TimeField):
    """A time of the day: 9:30, 09:30, 0930, in any width."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        typed, self.data = text.folded(valuelist[0]), None
        if not typed:
            return
        parts = re.fullmatch(r"(\d{1,2}):?(\d{2})(?::\d{2})?", typed)
        if parts is None or int(parts[1]) > 23 or int(parts[2]) > 59:
            raise ValueError(_l("Write the time as hours and minutes, for example 9:30."))
        self.data = time(int(parts[1]), int(parts[2]))


class Given(InputRequired):
    """The field must be filled in, zero included; a reading error already shown is enough."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data is not None and field.data != "":
            return
        if not field.errors:
            raise StopValidation(str(_l("Enter: %(label)s", label=field.label.text)))
        raise StopValidation()


class Versioned(BaseForm):
    """A form that remembers which version of a thing it shows (R-41)."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the form was made from; 0, which nothing has, when it doesn't say."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def between(least: int, most: int) -> NumberRange:
    """A whole number in a range, ends included."""
    return NumberRange(least, most, _l("Enter a number from %(least)d to %(most)d.", least=least, most=most))


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """What can be chosen, of pairs: what is sent, and the words people read."""
    return [SelectChoice(value, words) for value, words in pairs]


def grouped(groups: Iterable[tuple[str, Iterable[tuple[Any, Any]]]]) -> list[SelectChoice]:
    """The same under the headings of their groups."""
    return [SelectChoice(value, words, optgroup=name) for name, pairs in groups for value, words in pairs]


def email_shape(_form: Any, field: Field) -> None:
    """Refuse what cannot be an e-mail address."""
    if field.data and (len(field.data) > LONGEST_EMAIL or not EMAIL.fullmatch(field.data)):
        raise ValidationError(_l("Write an e-mail address such as name@example.jp."))


def safe_next(target: str | None) -> str | None:
    """A path of our own to go on to, or None: only `/path?query`, no scheme, host, backslash or control (S-19)."""
    if not target or not re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


__all__ = [
    "BaseForm", "ClockField", "DayField", "FilterForm", "FoldedField", "Given", "InputRequired", "KanaField", "Length",
    "NameField", "Optional", "PhoneField", "Required", "Versioned", "WholeNumberField", "between", "email_shape",
    "options", "safe_next",
]  # fmt: skip
