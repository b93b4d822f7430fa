"""Is what we put on the wire what Stripe's API takes? Asked of the typed parameters inside the very SDK that is pinned.

They are generated from Stripe's own description of its API. Here they are closed: an unknown key, an unknown value of
an enumeration (the SDK leaves those open) and a wrong type are all refused. Stripe's business rules are not checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from pydantic import ConfigDict, TypeAdapter, ValidationError
from stripe._request_options import RequestOptions
from stripe.params import (
    ChargeListParams,
    CustomerCreateParams,
    EventListParams,
    PaymentIntentCancelParams,
    RefundCreateParams,
    RefundListParams,
    RefundRetrieveParams,
)
from stripe.params.checkout import (
    SessionCreateParams,
    SessionExpireParams,
    SessionListParams,
    SessionRetrieveParams,
)
from typing_extensions import TypedDict, get_type_hints, is_typeddict

from courses_app.payments.gateways.local_stripe.faults import Fault
from courses_app.payments.gateways.local_stripe.parameters import nested

CALLS = [
    ("POST", r"/v1/checkout/sessions", SessionCreateParams),
    ("GET", r"/v1/checkout/sessions", SessionListParams),
    ("GET", r"/v1/checkout/sessions/[^/]+", SessionRetrieveParams),
    ("POST", r"/v1/checkout/sessions/[^/]+/expire", SessionExpireParams),
    ("POST", r"/v1/refunds", RefundCreateParams),
    ("GET", r"/v1/refunds", RefundListParams),
    ("GET", r"/v1/refunds/[^/]+", RefundRetrieveParams),
    ("POST", r"/v1/customers", CustomerCreateParams),
    ("POST", r"/v1/payment_intents/[^/]+/cancel", PaymentIntentCancelParams),
    ("GET", r"/v1/events", EventListParams),
    ("GET", r"/v1/charges", ChargeListParams),
]


class ContractBroken(ValueError):
    """A request that Stripe's API does not take."""


class Contract:
    """To be given to the local server as `on_request`: refuses what breaks the contract, and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.broken: list[str] = []

    def __call__(self, method: str, path: str, form: str) -> None:
        self.seen.append((method, path))
        try:
            check(method, path, form)
        except ContractBroken as error:
            self.broken.append(f"{method} {path}: {error}")
            raise


def check(method: str, path: str, form: str) -> None:
    """Raise ContractBroken, saying where, unless Stripe's API takes this form (or query string) at this place."""
    for known_method, known_path, params in CALLS:
        if method == known_method and re.fullmatch(known_path, path):
            try:
                _adapter(params).validate_python(nested(form))
            except (Fault, ValidationError) as error:
                raise ContractBroken(str(error)) from error
            return
    raise ContractBroken("a call this check does not know: add its parameters")


@cache
def _adapter(params: type) -> TypeAdapter[Any]:
    return TypeAdapter(_closed(params))


@cache
def _closed_table(params: type) -> Any:
    """The same table, of closed types, without the options that the SDK sends as headers."""
    hints = get_type_hints(params, localns={"Mapping": Mapping, "StripeContext": stripe.StripeContext})
    options = RequestOptions.__annotations__ if RequestOptions in params.__orig_bases__ else {}  # type: ignore[attr-defined]
    required = params.__required_keys__  # type: ignore[attr-defined]
    fields = {
        name: Required[_closed(hint)] if name in required else NotRequired[_closed(hint)]
        for name, hint in hints.items()
        if name not in options
    }
    table = TypedDict(params.__name__, fields)  # type: ignore[misc]
    table.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]
    return table


def _closed(hint: Any) -> Any:
    """The type without its openings: `Literal[…] | str` becomes the literal, objects of the SDK are left out."""
    if is_typeddict(hint):
        return _closed_table(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return _closed_union(arguments)
    if origin is None or origin is Literal:
        return hint
    return origin[tuple(_closed(one) for one in arguments)]


def _closed_union(choices: tuple[Any, ...]) -> Any:
    kept = [one for one in choices if not _is_sdk_object(one)]
    if any(get_origin(one) is Literal and get_args(one) != ("",) for one in kept):
        kept = [one for one in kept if one is not str]
    return Union[tuple(_closed(one) for one in kept)]  # noqa: UP007 - made of a list


def _is_sdk_object(hint: Any) -> bool:
    kind = get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, stripe.StripeObject)
