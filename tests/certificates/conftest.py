"""Fixtures of this room's tests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.bookings.making import MakeBookings
from tests.certificates.making import MakeCertificates
from tests.make import Make
from tests.rosters.making import MakeRosters


class MakeHere(Make, MakeBookings, MakeRosters, MakeCertificates):
    """The builder of this room."""


@pytest.fixture
def make(app: Flask) -> MakeHere:
    return MakeHere(app)
