"""The rules by which seats may change, as staff describe them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, RadioField
from wtforms.validators import Length, Optional

from courses_app.catalogue.forms.fields import LONGEST_TITLE, MOST_YEN, Given, between
from courses_app.catalogue.rules import ChangeTerms, DayKind, PolicyFacts, Step
from courses_app.foundation.forms import BaseForm, DayField, NameField, Required, WholeNumberField, options
from courses_app.foundation.yen import Yen

MOST_STEPS, MOST_DAYS = 12, 365
COURSE, HOUSE = "course", "house"
FIRST = ChangeTerms(DayKind.CALENDAR, (Step(0, percent=100),), Yen(0), 100, 1, 8, 1)  # where nothing was set before
NUMBERS = ("handling_fee", "no_show_percent", "substitution_until_days", "move_until_days", "moves_allowed",
           "move_fee")  # fmt: skip


class StepForm(Form):
    """One step."""

    days_before = WholeNumberField(_l("At least so many days before"), [Given(), between(0, MOST_DAYS)])
    percent = WholeNumberField(_l("Part of the fee that is kept (%)"), [Optional(), between(0, 100)])
    amount = WholeNumberField(_l("Or amount that is kept (yen)"), [Optional(), between(0, MOST_YEN)])


class PolicyForm(BaseForm):
    """Rules from a day on."""

    scope = RadioField(
        _l("For which courses"),
        [Required()],
        choices=options([(COURSE, _l("This course only")), (HOUSE, _l("All courses without rules of their own"))]),
    )
    name = NameField(_l("Name of the rules"), [Required(), Length(max=LONGEST_TITLE)])
    from_on = DayField(
        _l("For orders placed from"),
        [Given()],
        description=_l("A day after today. The present rules end the day before; orders keep theirs."),
    )
    day_kind = RadioField(
        _l("Days are counted as"), [Required()], choices=options([(each.value, each.label) for each in DayKind])
    )
    steps = FieldList(FormField(StepForm, _l("Step")), _l("Steps"), max_entries=MOST_STEPS)
    handling_fee = WholeNumberField(_l("Handling fee for each seat in yen"), [Given(), between(0, MOST_YEN)])
    no_show_percent = WholeNumberField(_l("Kept from people who do not come (%)"), [Given(), between(0, 100)])
    substitution_until_days = WholeNumberField(
        _l("Somebody else may be named until so many days before"), [Given(), between(0, MOST_DAYS)]
    )
    move_until_days = WholeNumberField(
        _l("A seat may be moved to another date until so many days before"), [Given(), between(0, MOST_DAYS)]
    )
    moves_allowed = WholeNumberField(
        _l("So many times a seat may be moved at no charge"), [Given(), between(0, MOST_STEPS)]
    )
    move_fee = WholeNumberField(
        _l("Fee for each further move (yen, tax included)"),
        [Optional(), between(1, MOST_YEN)],
        description=_l("Left empty, only the office moves a seat after that. The fee is asked once an order is paid."),
    )

    @classmethod
    def after(cls, terms: ChangeTerms | None, *, from_on: date, scope: str) -> PolicyForm:
        """A form that begins with the rules of now."""
        known = terms or FIRST
        facts: dict[str, Any] = {name: getattr(known, name) for name in NUMBERS}
        steps = [vars(step) for step in known.steps]
        return cls(
            formdata=None,
            data={**facts, "day_kind": known.day_kind.value, "steps": steps, "from_on": from_on, "scope": scope},
        )

    @property
    def for_the_house(self) -> bool:
        return bool(self.scope.data == HOUSE)

    def facts(self) -> PolicyFacts:
        """What was typed."""
        given = self.from_on.data
        assert given is not None  # validated
        terms = ChangeTerms(
            day_kind=DayKind(self.day_kind.data),
            steps=_steps(self.steps.data),
            **{name: self.data[name] for name in NUMBERS},
        )
        return PolicyFacts(name=self.name.data or "", from_on=given, terms=terms)


def _steps(rows: Sequence[dict[str, Any]]) -> tuple[Step, ...]:
    given = (Step(row["days_before"], row["percent"], row["amount"]) for row in rows)
    return tuple(sorted(given, key=lambda step: -step.days_before))
