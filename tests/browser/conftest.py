"""A real Chromium in front of the real product."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.servers import Live, running_product
from tests.browser.surfer import chromium_path, running_chromium


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("there is no Chromium on this machine: install it, or name it with CHROMIUM=/path/to/chromium")
    with running_chromium(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The product with its demonstration data, today. Nobody moves this one's clock."""
    with running_product(tmp_path_factory.mktemp("live")) as product:
        yield product


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A product of this file's own, whose clock is moved through the years."""
    with running_product(tmp_path_factory.mktemp("years")) as product:
        yield product
