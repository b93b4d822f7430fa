"""Stripe's objects as it shows them in API version `API_VERSION`. Times are epoch seconds, amounts whole yen."""

from __future__ import annotations

import copy
import secrets
from typing import Any

Json = dict[str, Any]

API_VERSION = "2026-10-28.endive"


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def new_session(params: Json, *, now: int, origin: str) -> Json:
    """An open checkout session of what was asked for. `origin` is where its hosted page stands."""
    session_id = f"cs_test_{secrets.token_hex(24)}"
    total = sum(line["quantity"] * line["price_data"]["unit_amount"] for line in params["line_items"])
    return (
        nulls(SESSION_NULLS)
        | copy.deepcopy(NEW_SESSION)
        | {
            "id": session_id,
            "allowed_payment_method_types": params.get("allowed_payment_method_types"),
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "created": now,
            "customer": params.get("customer"),
            "customer_email": params.get("customer_email"),
            "expires_at": params.get("expires_at", now + 24 * 3600),
            "locale": params.get("locale"),
            "metadata": params.get("metadata", {}),
            "payment_method_options": params.get("payment_method_options", {}),
            "payment_method_types": list(params.get("allowed_payment_method_types", ["card"])),
            "submit_type": params.get("submit_type"),
            "success_url": params["success_url"],
            "url": f"{origin}/c/pay/{session_id}",
        }
    )


def new_line(params: Json) -> Json:
    """One line of a session, as its `line_items` list shows it."""
    price, quantity = params["price_data"], params["quantity"]
    total = quantity * price["unit_amount"]
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": "jpy",
        "description": price["product_data"]["name"],
        "price": {"id": new_id("price"), "object": "price", "currency": "jpy", "unit_amount": price["unit_amount"]},
        "quantity": quantity,
    }


def new_intent(session: Json, data: Json, *, now: int) -> Json:
    """The payment intent of a payer's first try; `data` is the session's `payment_intent_data`."""
    return nulls(INTENT_NULLS) | {
        "id": new_id("pi"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "description": data.get("description"),
        "livemode": session["livemode"],
        "metadata": data.get("metadata", {}),
        "customer": session["customer"],
        "payment_method_options": session["payment_method_options"],
        "payment_method_types": session["payment_method_types"],
        "status": "requires_payment_method",
    }


def new_charge(intent: Json, method: str, *, paid: bool, email: str | None, now: int) -> Json:
    """One attempt to take the money."""
    amount = intent["amount"] if paid else 0
    return nulls(CHARGE_NULLS) | {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": amount,
        "amount_refunded": 0,
        "billing_details": nulls("address name phone tax_id") | {"email": email},
        "captured": paid,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None if paid else "card_declined",
        "failure_message": None if paid else DECLINED,
        "fraud_details": {},
        "livemode": intent["livemode"],
        "metadata": intent["metadata"],
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method_details": {method: DETAILS[method], "type": method},
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }


def new_event(kind: str, about: Json, *, livemode: bool, copies: int, request: Json, now: int) -> Json:
    """An event about `about`, which must not change afterwards; `request` says which call caused it."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": {"object": about},
        "livemode": livemode,
        "pending_webhooks": copies,
        "request": request,
        "type": kind,
    }


def list_of(found: list[Json], url: str, *, more: bool = False) -> Json:
    return {"object": "list", "data": found, "has_more": more, "url": url}


def payment_error(charge: Json, code: str) -> Json:
    return {"type": "card_error", "code": code, "message": DECLINED, "charge": charge["id"]}


def nulls(names: str) -> Json:
    """The fields that Stripe shows although they hold nothing."""
    return dict.fromkeys(names.split())


DECLINED = "Your card was declined."
CARD: Json = {"brand": "visa", "country": "JP", "exp_month": 12, "exp_year": 2034, "funding": "credit", "last4": "4242"}
DETAILS: dict[str, Json] = {"card": CARD, "konbini": {"store": {"chain": "lawson"}}, "customer_balance": {}}

NEW_SESSION: Json = {
    "object": "checkout.session",
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "currency": "jpy",
    "custom_fields": [],
    "custom_text": nulls("after_submit shipping_address submit terms_of_service_acceptance"),
    "customer_creation": "if_required",
    "livemode": False,
    "mode": "payment",
    "payment_method_collection": "if_required",
    "payment_status": "unpaid",
    "shipping_options": [],
    "status": "open",
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted_page",
}
SESSION_NULLS = """adaptive_pricing after_expiration allow_promotion_codes billing_address_collection branding_settings
    client_secret collected_information consent consent_collection currency_conversion customer customer_account
    customer_details discounts excluded_payment_method_types integration_identifier invoice invoice_creation
    managed_payments name_collection optional_items origin_context payment_intent payment_link
    payment_method_configuration_details permissions phone_number_collection presentment_details recovered_from
    redirect_on_completion return_url saved_payment_method_options setup_intent shipping_address_collection
    shipping_cost subscription tax_id_collection wallet_options"""
INTENT_NULLS = """allowed_payment_method_types application application_fee_amount automatic_payment_methods canceled_at
    cancellation_reason client_secret customer customer_account excluded_payment_method_types hooks last_payment_error
    latest_charge managed_payments next_action on_behalf_of payment_details payment_method
    payment_method_configuration_details payment_record presentment_details processing receipt_email review
    setup_future_usage shipping source statement_descriptor statement_descriptor_suffix transfer_data
    transfer_group"""
CHARGE_NULLS = """application application_fee application_fee_amount authorization_code balance_transaction
    calculated_statement_descriptor customer failure_balance_transaction on_behalf_of outcome payment_method
    presentment_details radar_options receipt_email receipt_number receipt_url review shipping source source_transfer
    statement_descriptor statement_descriptor_suffix transfer transfer_data transfer_group"""
