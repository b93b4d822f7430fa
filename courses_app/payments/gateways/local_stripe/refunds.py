"""Money goes back: at once, later, after the payer told an account, or not at all, which may be known weeks later."""

from __future__ import annotations

from .deeds import tell
from .faults import Fault, not_there
from .objects import Json, new_id, nulls
from .store import Store

STATES = ("pending", "requires_action", "succeeded", "failed", "canceled")
BY_METHOD = {"card": "succeeded", "konbini": "requires_action", "customer_balance": "requires_action"}
GONE = ("failed", "canceled")  # the money is ours again


def give_back(store: Store, params: Json, request: Json) -> Json:
    """A refund of all that is left, or of `amount`. Raises Fault if there is not that much."""
    charge = _charge(store, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    _check(store, charge, params, amount, left)
    refund = _new(store, charge, amount, params)
    if refund["status"] in GONE:
        store.put(refund)
        tell(store, ("refund.created", refund), (f"refund.{refund['status']}", refund), request=request)
        return refund
    _count(charge, amount)
    store.put(refund, charge)
    tell(store, ("refund.created", refund), ("charge.refunded", charge), request=request)
    return refund


def decide(store: Store, refund: Json, status: str) -> None:
    """What becomes of it; a refund that succeeded may still fail weeks later."""
    if status not in STATES or refund["status"] in GONE:
        raise Fault(f"A refund that is {refund['status']} can't become {status}.")
    charge = store.objects[refund["charge"]]
    refund.update(status=status, pending_reason=None, next_action=None)
    if status in GONE:
        refund["failure_reason"] = "declined" if status == "failed" else None
        _count(charge, -refund["amount"])
    store.put(refund, charge)
    tell(store, ("refund.updated", refund))
    if status == "failed":
        tell(store, ("refund.failed", refund))


def cancel(store: Store, refund: Json, request: Json) -> None:
    """Only while the payer was not heard. Raises Fault."""
    if refund["status"] != "requires_action":
        raise Fault(f"Refund {refund['id']} is {refund['status']} and can't be canceled.")
    decide(store, refund, "canceled")


def _new(store: Store, charge: Json, amount: int, params: Json) -> Json:
    method = charge["payment_method_details"]["type"]
    status = store.moods.refund_status or BY_METHOD[method]
    asked = status == "requires_action"
    return nulls(NULLS) | {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": int(store.now()),
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": _destination(method),
        "failure_reason": "declined" if status == "failed" else None,
        "instructions_email": params.get("instructions_email"),
        "metadata": params.get("metadata", {}),
        "next_action": {"type": "display_details", "display_details": _letter(store)} if asked else None,
        "payment_intent": charge["payment_intent"],
        "pending_reason": "processing" if status == "pending" else None,
        "reason": params.get("reason"),
        "status": status,
    }


def _destination(method: str) -> Json:
    if method == "card":
        return {"card": {"type": "refund"}, "type": "card"}
    return {"jp_bank_transfer": {"reference": None, "reference_status": None}, "type": "jp_bank_transfer"}


def _letter(store: Store) -> Json:
    """The mail in which the payer is asked for an account."""
    return {"email_sent": {"email_sent_at": int(store.now()), "email_sent_to": "payer"}, "expires_at": None}


def _count(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]


def _check(store: Store, charge: Json, params: Json, amount: int, left: int) -> None:
    if charge["disputed"]:
        raise Fault(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if charge["refunded"]:
        raise Fault(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        message = f"Refund amount (¥{amount:,}) is greater than unrefunded amount on charge (¥{left:,})"
        raise Fault(message, param="amount")
    if store.moods.balance_short:
        raise Fault("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    method = charge["payment_method_details"]["type"]
    if BY_METHOD[method] == "requires_action" and not (
        params.get("instructions_email") or charge["billing_details"]["email"]
    ):
        raise Fault(f"A refund of a {method} payment needs `instructions_email`.", param="instructions_email")


def _charge(store: Store, params: Json) -> Json:
    """The successful charge that a refund names, itself or by its payment intent."""
    if ("charge" in params) == ("payment_intent" in params):
        raise Fault("One of the following params should be provided for this request: payment_intent or charge.")
    if "charge" in params:
        charge = store.objects.get(params["charge"])
        if charge is None or charge["object"] != "charge":
            raise not_there("charge", params["charge"], "charge")
    else:
        intent = store.objects.get(params["payment_intent"])
        if intent is None or intent["object"] != "payment_intent":
            raise not_there("payment_intent", params["payment_intent"], "payment_intent")
        charge = store.objects.get(intent["latest_charge"])
    if charge is None or charge["status"] != "succeeded":
        raise Fault("This payment does not have a successful charge to refund.")
    return charge


NULLS = """balance_transaction customer_account description failure_balance_transaction payment_method
    presentment_details receipt_number source_transfer_reversal transfer_reversal"""
