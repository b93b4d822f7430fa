"""The issuer and the tax rates, from the data file an operator edits."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session
from courses_app.foundation.yen import TaxCategory
from courses_app.payments import operations, queries
from courses_app.payments.models import Issuer, TaxRate
from courses_app.payments.rules.dunning import DebtKind, StepFacts
from courses_app.payments.rules.journal import Column, DateFormat, Encoding, Layout, Source
from courses_app.payments.rules.papers import check_registration_number

ISSUER = Path(__file__).resolve().parent / "data" / "issuer.toml"
LAYOUTS, DUNNING = ISSUER.with_name("layouts.toml"), ISSUER.with_name("dunning.toml")
ALWAYS = date(1989, 4, 1)  # consumption tax begins (消費税法附則1条); an issuer without `from_on` has always been there

BUSINESS_YEAR_ENDS_IN = 3  # March, where the file does not say


def load(*, by: Actor, now: datetime, path: Path = ISSUER) -> int:
    """Add the issuer and the tax rates the file names and we lack; what is there stays as it is. Returns how many rows.

    A new address, account or rate goes into the file with its own `from_on`, so that the former one keeps its days.
    Raises RegistrationNumberWrong where the check digit of its number does not fit.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    added = int(_load_issuer(data["issuer"], data["bank_accounts"][0]))
    added += sum(_load_rate(TaxCategory(rate["category"]), rate) for rate in data["tax_rates"])
    if added:
        audit.record(by=by, now=now, action="issuer.loaded", subject=("issuer", path.name), detail={"rows": added})
    session.flush()
    return added + _load_layouts(by=by, now=now) + _load_dunning(by=by, now=now)


def _load_layouts(*, by: Actor, now: datetime) -> int:
    """Layouts of the journal file that are not there yet."""
    known = {layout.code for layout in queries.layouts()}
    rows = tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))["layouts"]
    missing = [row for row in rows if row["code"] not in known]
    for row in missing:
        operations.save_layout(None, code=row["code"], name=row["name"], layout=_layout(row), by=by, now=now)
    return len(missing)


def _load_dunning(*, by: Actor, now: datetime) -> int:
    """Steps of reminders, where there never was one."""
    rows = tomllib.loads(DUNNING.read_text(encoding="utf-8"))["steps"]
    missing = [row for row in rows if queries.dunning_step_of(row["code"]) is None]
    for row in missing:
        words = {name: row[name].strip() for name in ("name", "subject_ja", "body_ja", "subject_en", "body_en")}
        facts = StepFacts(days=row["days"], kinds=tuple(DebtKind(kind) for kind in row["kinds"]), **words)
        operations.save_dunning_step(None, facts, code=row["code"], by=by, now=now)
    return len(missing)


def _layout(row: dict[str, Any]) -> Layout:
    return Layout(
        columns=tuple(Column(header, Source(source), *value) for header, source, *value in row["columns"]),
        encoding=Encoding(row["encoding"]),
        date_format=DateFormat(row["date_format"]),
        with_header=row["with_header"],
        tax_words=row.get("tax_words", {}),
    )


def _load_issuer(facts: dict[str, Any], account: dict[str, Any]) -> bool:
    from_on = facts.get("from_on", ALWAYS)
    if session.scalar(select(Issuer.id).where(Issuer.from_on == from_on)):
        return False
    year_ends_in = facts.get("business_year_ends_in", BUSINESS_YEAR_ENDS_IN)
    check_registration_number(facts["registration_number"])
    session.add(
        Issuer(from_on=from_on, bank_account=_account(account), business_year_ends_in=year_ends_in, **_printed(facts))
    )
    return True


def _printed(facts: dict[str, Any]) -> dict[str, str]:
    same = (
        "name_ja", "name_en", "postal_code", "address_ja", "address_en", "phone", "email", "registration_number",
        "representative_title_ja", "representative_title_en",
    )  # fmt: skip
    return {
        **{column: facts[column] for column in same},
        "representative_name": facts["representative_name_ja"],
        "transfer_note_ja": f"{facts['transfer_reference_ja']}\n{facts['transfer_fee_ja']}",
        "transfer_note_en": f"{facts['transfer_reference_en']}\n{facts['transfer_fee_en']}",
    }


def _account(account: dict[str, Any]) -> dict[str, str]:
    return {
        "bank_ja": account["bank_ja"],
        "bank_en": account["bank_en"],
        "bank_code": account["bank_code"],
        "branch_ja": account["branch_ja"],
        "branch_en": account["branch_en"],
        "branch_code": account["branch_code"],
        "kind_ja": account["account_type_ja"],
        "kind_en": account["account_type_en"],
        "number": account["account_number"],
        "holder_ja": account["name_ja"],
        "holder_en": account["name_en"],
        "holder_kana": account["name_kana"],
    }


def _load_rate(category: TaxCategory, facts: dict[str, Any]) -> bool:
    from_on = facts["from_on"]
    if session.scalar(select(TaxRate.id).where(TaxRate.category == category, TaxRate.from_on == from_on)):
        return False
    session.add(TaxRate(category=category, percent=facts["rate_percent"], from_on=from_on))
    return True
