"""The room's part of the builder, and the day on which its tests take place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import stripe
from flask import Flask

from courses_app.payments.gateways.stripe_checkout import StripeSettings
from tests.make import Make
from tests.payments.contract import Contract
from tests.payments.making import MakePayments
from tests.payments.wire import KEY, SECRET, Stand

NOW = datetime(2026, 10, 1, 3, tzinfo=UTC)
TODAY = date(2026, 10, 1)


class Builder(Make, MakePayments):
    """`made.invoice()`, `made.payment()`, `made.paid_invoice()`."""


@pytest.fixture
def made(inside: Flask) -> Builder:
    return Builder(inside)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract()


@pytest.fixture(scope="module")
def running(contract: Contract) -> Iterator[Stand]:
    with Stand(on_request=contract) as stand:
        yield stand


@pytest.fixture
def stand(running: Stand, contract: Contract, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """The server as new, the SDK without its pauses; and at the end proof that nothing we sent broke the contract."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    monkeypatch.setattr(stripe.HTTPClient, "MAX_DELAY", 0.01)
    yield running.anew()
    assert contract.broken == []


@pytest.fixture
def settings(stand: Stand) -> StripeSettings:
    return StripeSettings(KEY, SECRET, stand.server.url)
