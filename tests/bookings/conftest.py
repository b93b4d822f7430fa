"""Fixtures of this room's tests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.accounts.making import MakeAccounts
from tests.bookings.making import MakeBookings
from tests.catalogue.making import MakeCatalogue
from tests.make import Make
from tests.payments.making import MakePayments


class MakeHere(Make, MakeAccounts, MakeCatalogue, MakePayments, MakeBookings):
    """The builder of this room."""


@pytest.fixture
def make(app: Flask) -> MakeHere:
    return MakeHere(app)
