"""What is typed about certificates: by anybody who checks one, by those who look through a list, by the office."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SearchField, SelectField, TextAreaField
from wtforms.validators import Optional

from courses_app.catalogue.models import Course
from courses_app.certificates.rules import REASON_NAMES, STATUS_NAMES, CertificateFilter, NewName, NoticeFilter, Status
from courses_app.foundation import text
from courses_app.foundation.forms import (
    LONGEST_NAME,
    BaseForm,
    DayField,
    FilterForm,
    FoldedField,
    KanaField,
    Length,
    NameField,
    Required,
    options,
)
from courses_app.foundation.templating import local

LONGEST_REASON = 500


class NumberField(FoldedField):
    """A certificate's number in any width, with any hyphens."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([(text.hyphenated(value) or "").upper() for value in valuelist])


class VerifyForm(BaseForm):
    """Is the certificate in my hand genuine?"""

    number = NumberField(_l("Certificate number"), [Required(), Length(max=40)])
    born_on = DayField(_l("Date of birth of its holder"), [Optional()])


class HolderForm(BaseForm):
    """Who knows the date of birth sees the whole name."""

    born_on = DayField(_l("Date of birth of its holder"), [Required()])


class ListForm(FilterForm):
    """Narrow a list of certificates; superseded copies are not listed, and nothing is found for them."""

    q = SearchField(_l("Name or number"))
    course = SelectField(_l("Course"), [Optional()])
    status = SelectField(_l("State"), [Optional()])

    def __init__(self, formdata: Any, courses: list[Course]) -> None:
        super().__init__(formdata)
        self.course.choices = options([("", _l("All")), *((course.code, local(course, "name")) for course in courses)])
        listed = [status for status in Status if status is not Status.SUPERSEDED]
        self.status.choices = options([("", _l("All")), *((status.value, STATUS_NAMES[status]) for status in listed)])

    def wanted(self) -> CertificateFilter:
        """What was asked for; what can't be understood is left out."""
        self.validate()
        status = self.status.data if self.status.data and not self.status.errors else None
        return CertificateFilter(
            word=(text.folded(self.q.data) or "")[:LONGEST_NAME],
            course="" if self.course.errors else self.course.data or "",
            status=Status(status) if status else None,
        )


class NoticeForm(FilterForm):
    """Narrow the office's list of notices of failure."""

    q = SearchField(_l("Name or number"))
    from_on = DayField(_l("Issued from"), [Optional()])
    until_on = DayField(_l("Issued until"), [Optional()])

    def wanted(self) -> NoticeFilter:
        """What was asked for; what can't be read is left out, and its field says so."""
        self.validate()
        days = {field.name: field.data for field in (self.from_on, self.until_on) if not field.errors}
        return NoticeFilter(word=(text.folded(self.q.data) or "")[:LONGEST_NAME], **days)


class RevokeForm(BaseForm):
    """Why a certificate is taken back."""

    reason = TextAreaField(_l("Reason"), [Required(), Length(max=LONGEST_REASON)])


class ReissueForm(BaseForm):
    """Why a certificate is printed again, and under which name."""

    revision = HiddenField()
    cause = RadioField(_l("Reason for reissue"), [Required()])
    family_name = NameField(_l("New family name"), [Length(max=LONGEST_NAME)])
    given_name = NameField(_l("New given name"), [Length(max=LONGEST_NAME)])
    family_name_kana = KanaField(_l("Family name in kana"), [Length(max=LONGEST_NAME)])
    given_name_kana = KanaField(_l("Given name in kana"), [Length(max=LONGEST_NAME)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = options([(reason.value, name) for reason, name in REASON_NAMES.items()])

    def seen(self) -> int:
        """The revision its page showed."""
        typed = self.revision.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0

    def new_name(self) -> NewName | None:
        """The name as typed, if any was."""
        if not self.family_name.data:
            return None
        return NewName(
            self.family_name.data,
            self.given_name.data or "",
            self.family_name_kana.data or "",
            self.given_name_kana.data or "",
        )


class ReopenForm(BaseForm):
    """Why a closed roster is opened again."""

    reason = TextAreaField(_l("Reason"), [Required(), Length(max=LONGEST_REASON)])
