"""A real Chromium in front of the real product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.servers import Live, empty_product, inhabited_product
from tests.browser.surfer import chromium_path, running_chromium
from tests.make import Make


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("there is no Chromium on this machine: install it, or name it with CHROMIUM=/path/to/chromium")
    with running_chromium(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def inhabited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The product with its demonstration data."""
    with inhabited_product(tmp_path_factory.mktemp("inhabited")) as live:
        yield live


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Make]]:
    """An almost empty product of this file's own, and its builder; its clock may be moved."""
    with empty_product(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def live(house: tuple[Live, Make]) -> Live:
    return house[0]


@pytest.fixture
def make(house: tuple[Live, Make]) -> Make:
    return house[1]
