"""Fixtures of this room's tests."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.certificates.making import MakeCertificates
from tests.make import Make


class MakeHere(Make, MakeCertificates):
    """The builder of this room."""


@pytest.fixture
def make(app: Flask) -> MakeHere:
    return MakeHere(app)
