"""The room's part of the builder, and the day on which its tests take place."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from tests.make import Make
from tests.payments.making import MakePayments

NOW = datetime(2026, 10, 1, 3, tzinfo=UTC)
TODAY = date(2026, 10, 1)


class Builder(Make, MakePayments):
    """`made.invoice()`, `made.payment()`, `made.paid_invoice()`."""


@pytest.fixture
def made(inside: Flask) -> Builder:
    return Builder(inside)
