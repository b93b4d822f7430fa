"""What a payer is told to do elsewhere: the numbers for a convenience store, the account to transfer to."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta, timezone

from .objects import Json, nulls

TOKYO = timezone(timedelta(hours=9))
DEFAULT_DAYS = 3
STORES = ("familymart", "lawson", "ministop", "seicomart")


def konbini(session: Json, intent: Json, *, now: float, origin: str) -> Json:
    """Payment codes of each chain, good until the end of the day in Japan."""
    options = session["payment_method_options"].get("konbini", {})
    last_day = datetime.fromtimestamp(now, UTC).astimezone(TOKYO) + timedelta(
        days=options.get("expires_after_days", DEFAULT_DAYS)
    )
    until = last_day.replace(hour=23, minute=59, second=59, microsecond=0)
    return {
        "type": "konbini_display_details",
        "konbini_display_details": {
            "expires_at": int(until.timestamp()),
            "hosted_voucher_url": f"{origin}/c/elsewhere/{intent['id']}",
            "stores": {chain: {"confirmation_number": _digits(11), "payment_code": _digits(6)} for chain in STORES},
        },
    }


def bank_transfer(intent: Json, customer: Json, *, origin: str) -> Json:
    """The customer's own virtual account: the same for each of its payments."""
    account = {
        "account_holder_address": nulls("city country line1 line2 postal_code state"),
        "account_holder_name": "ストライプジャパン（カ",
        "account_number": f"{sum(customer['id'].encode()) % 10_000_000:07}",
        "account_type": "futsu",
        "bank_address": nulls("city country line1 line2 postal_code state"),
        "bank_code": "0009",
        "bank_name": "デモ銀行",
        "branch_code": "999",
        "branch_name": "デモ支店",
    }
    return {
        "type": "display_bank_transfer_instructions",
        "display_bank_transfer_instructions": {
            "amount_remaining": intent["amount"],
            "currency": intent["currency"],
            "financial_addresses": [{"type": "zengin", "supported_networks": ["zengin"], "zengin": account}],
            "hosted_instructions_url": f"{origin}/c/elsewhere/{intent['id']}",
            "reference": None,
            "type": "jp_bank_transfer",
        },
    }


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))
