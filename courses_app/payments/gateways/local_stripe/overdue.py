"""What time alone ends: pages nobody paid on, konbini numbers nobody paid with."""

from __future__ import annotations

import math

from . import deeds, delayed
from .store import Store


def end_overdue(store: Store) -> None:
    """End what has run out by now."""
    now = store.now()
    if now < store.next_expiry:
        return
    still_open = [one for one in store.kind("checkout.session") if one["status"] == "open"]
    for session in still_open:
        if session["expires_at"] <= now:
            deeds.expire(store, session)
    awaited = [(delayed.pays_until(one), one) for one in store.kind("payment_intent")]
    for until, intent in awaited:
        if until <= now:
            delayed.fail(store, intent)
    ends = [one["expires_at"] for one in still_open if one["status"] == "open"]
    ends += [until for until, _ in awaited if until > now]
    store.next_expiry = min(ends, default=math.inf)
