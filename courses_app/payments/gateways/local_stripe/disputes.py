"""The payer's bank takes the money back (chargeback), until it is decided who keeps it."""

from __future__ import annotations

import copy

from .deeds import tell
from .faults import Fault
from .objects import Json, new_id
from .store import Store

DAYS_TO_ANSWER = 9


def begin(store: Store, intent: Json) -> Json:
    """A dispute about all of a card payment. Raises Fault where there is none to dispute."""
    charge = store.objects.get(intent["latest_charge"] or "")
    if charge is None or charge["status"] != "succeeded" or charge["disputed"]:
        raise Fault("There is no charge to dispute.")
    dispute = _new(charge, int(store.now()))
    charge["disputed"] = True
    store.put(dispute, charge)
    tell(store, ("charge.dispute.created", dispute), ("charge.dispute.funds_withdrawn", dispute))
    return dispute


def close(store: Store, dispute: Json, *, won: bool) -> None:
    """Decided once. Raises Fault if it was before."""
    if dispute["status"] in {"won", "lost"}:
        raise Fault(f"The dispute is {dispute['status']}.")
    dispute["status"] = "won" if won else "lost"
    store.put(dispute)
    tell(store, ("charge.dispute.closed", dispute))


def _new(charge: Json, now: int) -> Json:
    return copy.deepcopy(NEW) | {
        "id": new_id("du"),
        "amount": charge["amount_captured"] - charge["amount_refunded"],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "evidence_details": {
            "due_by": now + DAYS_TO_ANSWER * 24 * 3600,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "livemode": charge["livemode"],
        "payment_intent": charge["payment_intent"],
    }


NEW: Json = {
    "object": "dispute",
    "balance_transactions": [],
    "enhanced_eligibility_types": [],
    "evidence": {},
    "intended_submission_method": None,
    "is_charge_refundable": False,
    "metadata": {},
    "network_reason_code": "10.4",
    "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback"}, "type": "card"},
    "reason": "fraudulent",
    "status": "needs_response",
}
