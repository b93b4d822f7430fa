"""Fixtures of this room's tests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.accounts.making import MakeAccounts
from tests.make import Make


class MakeHere(Make, MakeAccounts):
    """The builder of this room."""


@pytest.fixture
def make(app: Flask) -> MakeHere:
    return MakeHere(app)
