"""Who pays, as far as Stripe has to know: a name and an address for the virtual account."""

from __future__ import annotations

from .deeds import tell
from .objects import Json, new_id, nulls
from .store import Store


def add(store: Store, params: Json, request: Json) -> Json:
    """A new customer."""
    customer = nulls(NULLS) | {
        "id": new_id("cus"),
        "object": "customer",
        "balance": 0,
        "created": int(store.now()),
        "delinquent": False,
        "description": params.get("description"),
        "email": params.get("email"),
        "invoice_prefix": new_id("inv").upper()[-8:],
        "invoice_settings": nulls("custom_fields default_payment_method footer rendering_options"),
        "livemode": store.moods.livemode,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
        "next_invoice_sequence": 1,
        "preferred_locales": params.get("preferred_locales", []),
        "tax_exempt": "none",
    }
    store.put(customer)
    tell(store, ("customer.created", customer), request=request)
    return customer


NULLS = """address business_name cash_balance currency customer_account default_source discount individual_name
    invoice_credit_balance phone shipping test_clock"""
