"""What each call of the API may carry: the names Stripe knows, with its limits."""

from __future__ import annotations

from .parameters import Reader, address, choice, email, metadata, rows, table, text, whole

LOCALES = ("auto", "ja", "en")
METHODS = ("card", "konbini", "customer_balance")
EPOCH = whole(0, 99_999_999_999)
EXPAND = {"expand": rows(text(200), 10)}
OPTIONS = table(
    {},
    {
        "card": table({}, {"request_three_d_secure": choice("any", "automatic", "challenge")}),
        "konbini": table({}, {"expires_after_days": whole(1, 60)}),
        "customer_balance": table(
            {
                "funding_type": choice("bank_transfer"),
                "bank_transfer": table({"type": choice("jp_bank_transfer")}),
            },
        ),
    },
)
CREATE_SESSION = table(
    {
        "mode": choice("payment"),
        "success_url": address,
        "line_items": rows(
            table(
                {
                    "quantity": whole(1, 999_999),
                    "price_data": table(
                        {
                            "currency": choice("jpy"),
                            "unit_amount": whole(0),
                            "product_data": table({"name": text(250)}, {"description": text(), "metadata": metadata}),
                        },
                    ),
                },
                {"metadata": metadata},
            ),
            100,
        ),
    },
    {
        "allowed_payment_method_types": rows(choice(*METHODS), len(METHODS)),
        "cancel_url": address,
        "client_reference_id": text(200),
        "customer": text(255),
        "customer_email": email,
        "expires_at": EPOCH,
        "locale": choice(*LOCALES),
        "metadata": metadata,
        "payment_intent_data": table({}, {"description": text(1000), "metadata": metadata}),
        "payment_method_options": OPTIONS,
        "submit_type": choice("auto", "book", "donate", "pay"),
        **EXPAND,
    },
)
CREATE_CUSTOMER = table(
    {},
    {
        "description": text(),
        "email": email,
        "metadata": metadata,
        "name": text(256),
        "preferred_locales": rows(text(20), 10),
        **EXPAND,
    },
)
CREATE_REFUND = table(
    {},
    {
        "amount": whole(1),
        "charge": text(255),
        "instructions_email": email,
        "payment_intent": text(255),
        "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
        "metadata": metadata,
        **EXPAND,
    },
)
CANCEL_INTENT = table(
    {},
    {"cancellation_reason": choice("abandoned", "duplicate", "fraudulent", "requested_by_customer"), **EXPAND},
)
ONLY_EXPAND = table({}, EXPAND)
SPAN = table({}, dict.fromkeys(("gt", "gte", "lt", "lte"), EPOCH))
PAGE = {"limit": whole(1, 100), "starting_after": text(255), "ending_before": text(255), "created": SPAN, **EXPAND}
KINDS = {  # the path of a kind of object, its name inside objects, and what its list can be filtered by
    "checkout/sessions": ("checkout.session", ("customer", "payment_intent", "status")),
    "payment_intents": ("payment_intent", ("customer",)),
    "charges": ("charge", ("customer", "payment_intent")),
    "refunds": ("refund", ("charge", "payment_intent")),
    "disputes": ("dispute", ("charge", "payment_intent")),
    "customers": ("customer", ("email",)),
    "events": ("event", ("type", "types")),
}


def listing_of(*filters: str) -> Reader:
    """What a list may be asked for."""
    return table({}, {**PAGE, **{one: rows(text(255), 20) if one == "types" else text(255) for one in filters}})
