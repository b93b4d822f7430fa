"""The builder of the race tests: everything that bookings need."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.bookings.conftest import MakeHere


@pytest.fixture
def make(app: Flask) -> MakeHere:
    return MakeHere(app)
