"""What staff type about statements of our bank, about credit, and how a bank's CSV is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from courses_app.foundation import text
from courses_app.foundation.forms import (
    BaseForm,
    DayField,
    FilterForm,
    FoldedField,
    Given,
    Length,
    NameField,
    Optional,
    Required,
    Versioned,
    WholeNumberField,
    between,
    options,
)
from courses_app.foundation.yen import Yen
from courses_app.payments.models import BankLayout, BankLine, Invoice
from courses_app.payments.operations.banking import LayoutFacts
from courses_app.payments.queries.banking import ZENGIN
from courses_app.payments.rules.banking import LARGEST_STATEMENT, Encoding

LONGEST_FILENAME = 120
MOST_YEN = 999_999_999
ENCODINGS = {Encoding.CP932: _l("Shift_JIS (as Excel and most banks save)"), Encoding.UTF_8: _l("UTF-8")}
CHOSEN_LINE = re.compile(r"(T-[A-Z0-9]{9}):([0-9]{1,9})")
VIEWS = ("open", "posted", "set_aside")
SHARE = "share-"


class StatementForm(BaseForm):
    """The file of a bank, and how it is read."""

    layout = SelectField(_l("Kind of file"), validate_choice=False, choices=())
    statement = FileField(
        _l("Statement of the bank"),
        [FileRequired(_l("Choose the file you have downloaded from the bank."))],
        description=_l("Up to 2 MB. The same file, or days that another file brought already, do no harm."),
    )

    @classmethod
    def with_layouts(cls, layouts: Sequence[BankLayout], **how: Any) -> StatementForm:
        form = cls(**how)
        zengin = (ZENGIN, _l("Zengin form (振込入金通知, 入出金取引明細)"))
        form.layout.choices = options([zengin, *((one.reference, one.name) for one in layouts)])
        return form

    @property
    def filename(self) -> str:
        """What the file is called, for people to recognise it; nothing of it is ever opened by that name."""
        name = text.kept(str(self.statement.data.filename or "")) or ""
        return re.split(r"[\\/]", name)[-1][-LONGEST_FILENAME:]

    def content(self) -> bytes:
        """The bytes (one more than allowed, if there are more)."""
        return bytes(self.statement.data.read(LARGEST_STATEMENT + 1))


class LinesFilter(FilterForm):
    """Which lines: those that wait, those posted, those set aside."""

    view = HiddenField()

    @property
    def wanted(self) -> str:
        return self.view.data if self.view.data in VIEWS else VIEWS[0]


def chosen_lines(sent: Iterable[str]) -> list[tuple[str, int]]:
    """The lines that were ticked, each with the stamp of the draft that was looked at."""
    found = (CHOSEN_LINE.fullmatch(one) for one in sent)
    return [(one[1], int(one[2])) for one in found if one]


class PayerSearch(FilterForm):
    """Whose money a line is."""

    q = StringField(_l("Name, reading or number of the organization"), [Length(max=100)])


class LineForm(Versioned):
    """What a line settles: yen for each invoice (fields `share-…`), a fee we bear; the rest is credit."""

    organization = HiddenField()
    fee = WholeNumberField(_l("Bank's fee we bear"), [Optional(), between(0, MOST_YEN)])

    @classmethod
    def about(cls, invoices: Sequence[Invoice], **how: Any) -> LineForm:
        """A form with a field for each invoice; filled in as the draft says, unless something was sent."""
        fields = {SHARE + one.reference: _share(one) for one in invoices}
        form: LineForm = type("LineFormOf", (cls,), fields)(**how)
        return form

    def fill(self, line: BankLine, organization: str) -> None:
        """Show the draft as it stands."""
        self.version.data, self.organization.data = str(line.draft.stamp), organization
        self.fee.data = line.draft.fee or None
        for reference, amount in line.draft.shares:
            if (SHARE + reference) in self:
                self[SHARE + reference].data = amount

    def shares(self, invoices: Sequence[Invoice]) -> list[tuple[Invoice, Yen]]:
        """What was typed, without empty fields and zeros."""
        typed = ((one, self[SHARE + one.reference].data) for one in invoices)
        return [(one, Yen(yen)) for one, yen in typed if yen]


def _share(invoice: Invoice) -> WholeNumberField:
    return WholeNumberField(invoice.number or invoice.reference, [Optional(), between(0, MOST_YEN)])


class LineReasonForm(Versioned):
    """Why a line is set aside, or taken back."""

    reason = StringField(_l("Reason"), [Required(), Length(max=300)])


class LayoutForm(Versioned):
    """Which column of a bank's CSV holds what."""

    name = NameField(_l("Name of the layout"), [Required(), Length(max=60)])
    encoding = RadioField(_l("Characters"), choices=options(ENCODINGS.items()), default=Encoding.CP932.value)
    header_rows = WholeNumberField(_l("Rows of heading"), [Given(), between(0, 50)], default=1)
    footer_rows = WholeNumberField(_l("Rows below the lines"), [Optional(), between(0, 50)], default=0)
    day_column = WholeNumberField(_l("Column of the day"), [Given(), between(1, 60)])
    amount_column = WholeNumberField(_l("Column of the amount in"), [Given(), between(1, 60)])
    payer_column = WholeNumberField(_l("Column of the payer"), [Given(), between(1, 60)])
    memo_column = WholeNumberField(_l("Column of the memo"), [Optional(), between(1, 60)])
    balance_column = WholeNumberField(_l("Column of the balance"), [Optional(), between(1, 60)])
    account = FoldedField(_l("Bank account"), [Length(max=60)])

    @classmethod
    def of(cls, layout: BankLayout) -> LayoutForm:
        form = cls(formdata=None, obj=layout)
        form.encoding.data, form.version.data = layout.encoding.value, str(layout.version)
        return form

    def facts(self) -> LayoutFacts:
        return LayoutFacts(
            name=self.name.data or "", encoding=Encoding(self.encoding.data), header_rows=self.header_rows.data or 0,
            footer_rows=self.footer_rows.data or 0, day_column=self.day_column.data or 1,
            amount_column=self.amount_column.data or 1, payer_column=self.payer_column.data or 1,
            memo_column=self.memo_column.data, balance_column=self.balance_column.data, account=self.account.data or "",
        )  # fmt: skip


class FeesForm(BaseForm):
    """Which missing yen we bear, from a day on."""

    from_on = DayField(_l("From the day"), [Required()])
    usual = FoldedField(_l("Usual fees of banks"), [Length(max=200)])
    tolerance = WholeNumberField(_l("Any amount up to"), [Optional(), between(0, 10_000)], default=0)

    def validate_usual(self, field: FoldedField) -> None:
        """Numbers with anything between them."""
        if any(not 0 < fee <= 10_000 for fee in self.fees):
            raise ValidationError(_l("Write the fees in yen with spaces between them, for example 220 440 660."))
        if re.search(r"[^\d\s,、円¥]", field.data or ""):
            raise ValidationError(_l("Write the fees in yen with spaces between them, for example 220 440 660."))

    @property
    def fees(self) -> list[Yen]:
        return [Yen(int(fee)) for fee in re.findall(r"\d{1,9}", self.usual.data or "")]


class UseCreditForm(BaseForm):
    """Credit for an invoice; the token makes the same form sent twice one use."""

    form_token = HiddenField()
    invoice = HiddenField(validators=[Required()])
    amount = WholeNumberField(_l("Amount"), [Given(), between(1, MOST_YEN)])


class CreditBackForm(BaseForm):
    """Credit to pay back."""

    form_token = HiddenField()
    amount = WholeNumberField(_l("Amount"), [Given(), between(1, MOST_YEN)])
    reason = StringField(_l("Reason"), [Required(), Length(max=300)])
