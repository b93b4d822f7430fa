"""The issuer and the tax rates, from the data file an operator edits."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from courses_app.foundation.db import session
from courses_app.foundation.yen import TaxCategory
from courses_app.payments.models import Issuer, TaxRate

ISSUER = Path(__file__).resolve().parent / "data" / "issuer.toml"
ALWAYS = date(1989, 4, 1)  # consumption tax begins (消費税法附則1条); an issuer without `from_on` has always been there


def load_issuer(path: Path = ISSUER) -> None:
    """Bring issuer and tax rates to what the file says; a second time changes nothing. Papers already made keep theirs.

    A changed address or account with a day of its own goes into the file with `from_on`: then the former row stays.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    _load_issuer(data["issuer"], data["bank_accounts"][0])
    for rate in data["tax_rates"]:
        _load_rate(TaxCategory(rate["category"]), rate["rate_percent"], rate["from_on"])
    session.flush()


def _load_issuer(facts: dict[str, Any], account: dict[str, Any]) -> None:
    from_on = facts.get("from_on", ALWAYS)
    issuer = session.scalar(select(Issuer).where(Issuer.from_on == from_on))
    if issuer is None:
        issuer = Issuer(from_on=from_on)
        session.add(issuer)
    for column, value in {**_printed(facts), "bank_account": _account(account)}.items():
        if getattr(issuer, column) != value:
            setattr(issuer, column, value)


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


def _load_rate(category: TaxCategory, percent: int, from_on: date) -> None:
    rate = session.scalar(select(TaxRate).where(TaxRate.category == category, TaxRate.from_on == from_on))
    if rate is None:
        session.add(TaxRate(category=category, percent=percent, from_on=from_on))
    else:
        rate.percent = percent
