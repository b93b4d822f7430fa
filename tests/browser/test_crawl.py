"""Every kind of page, as each reader finds it by its links: accessible, whole, with its own name (D-01, D-02)."""

from __future__ import annotations

from collections import Counter, deque
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from courses_app import create_app
from tests.browser.servers import Live
from tests.browser.surfer import Surfer, surfing
from tests.conftest import settings_for
from tests.journeys.cast import signs_in

pytestmark = pytest.mark.browser

READERS = [
    ("anonymous", "", "ja"),
    ("coordinator", "coordinator@example.jp", "en"),
    ("staff", "office@example.jp", "ja"),
    ("instructor", "instructor@example.jp", "en"),
    ("member", "member@example.jp", "ja"),
]
FILES = (".csv", ".pdf", ".ics", ".txt", ".svg")
NOT_PAGES = {"health.healthz", "health.readyz", "health.metrics", "foundation.asset"}
MOST_OF_A_KIND = 2
MOST_PAGES = 60  # of one reader
LINKS = """() => [...document.querySelectorAll('main a[href], nav a[href]')].map(one => one.href)
    .filter(href => href.startsWith(location.origin)).map(href => href.slice(location.origin.length).split('#')[0])"""


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> MapAdapter:
    """What the addresses mean."""
    folder: Path = tmp_path_factory.mktemp("routes")
    app = create_app(settings_for(folder, f"sqlite:///{folder / 'none.sqlite3'}"))
    return app.url_map.bind("127.0.0.1", url_scheme="http")


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """How many pages of each kind were looked at, by whomever."""
    return Counter()


@pytest.mark.parametrize(("reader", "email", "language"), READERS, ids=[reader for reader, _, _ in READERS])
def test_d01_every_kind_of_page(
    chromium: Browser, inhabited: Live, routes: MapAdapter, seen: Counter[str], reader: str, email: str, language: str
) -> None:
    with surfing(chromium, inhabited.url, f"crawl-{reader}", language, 1280) as surfer:
        if email:
            signs_in(surfer, email)
        looked_at = _crawl(surfer, routes, seen)
    assert looked_at > 5
    repeated = {title: paths for title, paths in _by_title(surfer).items() if len(paths) > 1}
    assert not repeated, f"titles used twice: {repeated}"


def _crawl(surfer: Surfer, routes: MapAdapter, seen: Counter[str]) -> int:
    """From the pages without parts in their address along the links; how many pages were looked at."""
    starts = sorted(
        str(rule) for rule in routes.map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
    )
    waiting, known, looked_at = deque(starts), set(starts), 0
    while waiting and looked_at < MOST_PAGES:
        path = waiting.popleft()
        kind = _kind(routes, path)
        if kind is None or kind in NOT_PAGES or seen[kind] >= MOST_OF_A_KIND:
            continue
        if path.partition("?")[0].endswith(FILES):
            seen[kind] += _file_answers(surfer, path)
        elif _look_at(surfer, path):
            seen[kind] += 1
            looked_at += 1
            found = [link for link in surfer.page.evaluate(LINKS) if link not in known]
            waiting.extend(dict.fromkeys(found))
            known.update(found)
    return looked_at


def _kind(routes: MapAdapter, path: str) -> str | None:
    try:
        return str(routes.match(path.partition("?")[0], method="GET")[0])
    except HTTPException:
        return None


def _file_answers(surfer: Surfer, path: str) -> bool:
    answer = surfer.context.request.get(surfer.home + path)
    if answer.status >= 500:
        surfer.faults.append(f"{answer.status} at {path}")
    return answer.status == 200


def _look_at(surfer: Surfer, path: str) -> bool:
    """Whether this reader may see the page; if so it is examined."""
    answer = surfer.page.goto(surfer.home + path)
    if answer is None or answer.status != 200 or urlsplit(surfer.page.url).path != path.partition("?")[0]:
        return False
    surfer.check()
    return True


def _by_title(surfer: Surfer) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for url, title in surfer.titles.items():
        found.setdefault(title, set()).add(urlsplit(url).path)
    return found
