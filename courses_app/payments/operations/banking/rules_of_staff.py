"""What staff save: how a bank's CSV is read, and which fees we bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.references import new_reference
from courses_app.foundation.yen import Yen
from courses_app.payments.models import BankLayout, FeeAllowance
from courses_app.payments.rules.banking import DayTaken, Encoding, LineChanged, NameTaken


@dataclass(frozen=True)
class LayoutFacts:
    """A layout as typed; columns are counted from 1."""

    name: str
    encoding: Encoding
    header_rows: int
    footer_rows: int
    day_column: int
    amount_column: int
    payer_column: int
    memo_column: int | None
    balance_column: int | None
    account: str


def create_layout(*, facts: LayoutFacts, by: Actor, now: datetime) -> BankLayout:
    """Remember how a bank's CSV is read. Raises NameTaken."""
    _refuse_name(facts.name, None)
    layout = BankLayout(reference=new_reference("Y"), **asdict(facts))
    session.add(layout)
    _note("bank_layout.created", layout, by=by, now=now)
    return layout


def change_layout(*, layout: BankLayout, facts: LayoutFacts, version: int, by: Actor, now: datetime) -> None:
    """The bank changed its file; what was taken in stays as it was read. Raises NameTaken, LineChanged."""
    layout = _locked(layout)
    if layout.version != version:
        raise LineChanged
    _refuse_name(facts.name, layout)
    changed = [name for name, value in asdict(facts).items() if getattr(layout, name) != value]
    for name in changed:
        setattr(layout, name, getattr(facts, name))
    if changed:
        _note("bank_layout.changed", layout, by=by, now=now, fields=changed)


def retire_layout(*, layout: BankLayout, by: Actor, now: datetime) -> None:
    """It is no longer offered. Twice does nothing more."""
    layout = _locked(layout)
    if layout.retired_at is None:
        layout.retired_at = now
        _note("bank_layout.retired", layout, by=by, now=now)


def add_fee_allowance(*, from_on: date, usual: Sequence[Yen], tolerance: Yen, by: Actor, now: datetime) -> FeeAllowance:
    """Which missing yen we bear from a day on; earlier rules keep their days. Raises DayTaken."""
    if session.scalar(select(FeeAllowance.id).where(FeeAllowance.from_on == from_on)) is not None:
        raise DayTaken
    rule = FeeAllowance(from_on=from_on, usual=sorted({int(fee) for fee in usual}), tolerance=tolerance)
    session.add(rule)
    detail = {"from_on": from_on.isoformat(), "fees": [f"{fee:,}" for fee in rule.usual], "tolerance": int(tolerance)}
    subject = ("fee_allowance", from_on.isoformat())
    audit.record(by=by, now=now, action="fee_allowance.added", subject=subject, detail=detail)
    session.flush()
    return rule


def _locked(layout: BankLayout) -> BankLayout:
    query = select(BankLayout).where(BankLayout.id == layout.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _refuse_name(name: str, layout: BankLayout | None) -> None:
    other = session.scalar(select(BankLayout).where(BankLayout.name == name))
    if other is not None and other is not layout:
        raise NameTaken


def _note(action: str, layout: BankLayout, *, by: Actor, now: datetime, fields: Sequence[str] = ()) -> None:
    detail = {"name": layout.name, **({"fields": list(fields)} if fields else {})}
    audit.record(by=by, now=now, action=action, subject=("bank_layout", layout.reference), detail=detail)
    session.flush()
