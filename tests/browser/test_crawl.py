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
FILES = (".csv", ".xlsx", ".pdf", ".ics", ".txt", ".svg")
NOT_PAGES = {"health.healthz", "health.readyz", "foundation.asset"}
# Pages behind a link that only a letter, a paper or an accident brings: the journeys go there.
NOT_REACHED = {
    "accounts.confirm_email", "accounts.reset_password", "booking_payments.back", "bookings.name", "bookings.seat",
    "calendar_feeds.private", "office.front",
    "bookings.attendees", "bookings.own_ticket",  # of a hold; of an attendee with an account
    "bookings.names", "bookings_admin.name",  # of seats without names: the cast has given all of theirs
    "bookings.additional_invoice", "bookings.additional_receipt",  # of a seat moved to a dearer date
    "bookings.estimate", "bookings.any_estimate", "bookings.estimate_pdf", "bookings.any_estimate_pdf",  # no quote yet
    "bookings_admin.voucher", "bookings_admin.membership",  # no code was given out, no membership claimed
    "payments_admin.reminder", "bookings_admin.look",  # no invoice is overdue, nobody was asked to agree
    "bookings.receipts", "bookings_admin.invoice_correction",  # of papers that the worker has printed
    "dispatches.invoice", "dispatches.receipt",  # of a quote that was accepted
    "bookings.question", "bookings_admin.question",  # nobody of the cast has a seat in a run that was moved
    "bookings_admin.bank_file", "bookings_admin.bank_file_content", "bookings_admin.bank_line",  # of a statement
    "bookings_admin.bank_layout",  # of a bank's CSV
    "bookings.draft", "bookings.new_alert", "bookings.party", "bookings_admin.party",  # nobody of the cast has one yet
}  # fmt: skip
MOST_OF_A_KIND = 2
MOST_PAGES = 130  # of one reader
LINKS = """() => [...document.querySelectorAll('main a[href], nav a[href]')].map(one => one.href)
    .filter(href => href.startsWith(location.origin)).map(href => href.slice(location.origin.length).split('#')[0])"""


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> MapAdapter:
    """What the addresses mean."""
    folder: Path = tmp_path_factory.mktemp("routes")
    app = create_app(settings_for(folder, f"sqlite:///{folder / 'none.sqlite3'}"))
    return app.url_map.bind("127.0.0.1", url_scheme="http")


def test_what_the_crawl_leaves_out_exists(routes: MapAdapter) -> None:
    doors = {rule.endpoint for rule in routes.map.iter_rules() if "GET" in (rule.methods or ())}
    assert (NOT_PAGES | NOT_REACHED) - doors == set()


def test_d01_every_kind_of_page(chromium: Browser, inhabited: Live, routes: MapAdapter) -> None:
    """Each reader in turn; what one has looked at twice, the next need not look at again."""
    seen: Counter[str] = Counter()
    for reader, email, language in READERS:
        with surfing(chromium, inhabited.url, f"crawl-{reader}", language, 1280) as surfer:
            _crawl(surfer, routes, seen, _begins(surfer, reader, email))
        repeated = {title: paths for title, paths in _by_title(surfer).items() if len(paths) > 1}
        assert not repeated, f"titles used twice, seen by {reader}: {repeated}"
    assert _kinds(routes) - set(seen) <= NOT_REACHED


def _begins(surfer: Surfer, reader: str, email: str) -> list[str]:
    """Where a reader begins: the clerk at a run to come and at those held, which lead to all that is done to a run;
    the coordinator at orders to come, paid and unpaid, which lead to all changes and papers, and at a request."""
    if email:
        signs_in(surfer, email)
    if reader == "coordinator":
        _offer, coming, *_others = surfer.open("/organization/bookings?state=paid").addresses("/bookings/")
        unpaid = surfer.open("/organization/bookings?state=ordered").addresses("/bookings/")[-1]
        service = surfer.open("/services").addresses("/services/")[0]
        return [coming, unpaid, f"{service}/requests/new"]
    if reader != "staff":
        return []
    few = surfer.open("/runs").page.locator("main li").filter(has_text=surfer.words("Few seats left")).first
    coming = few.locator('a[href^="/runs/"]').first.get_attribute("href") or ""
    held = [
        address.removeprefix("/office") for address in surfer.open("/office/runs?past=1").addresses("/office/runs/R-")
    ]
    return [f"/office{coming}", *(f"/teaching{run}/roster" for run in (coming, held[0], held[-1]))]


def _kinds(routes: MapAdapter) -> set[str]:
    """Every kind of page that somebody can open."""
    rules = routes.map.iter_rules()
    return {rule.endpoint for rule in rules if "GET" in (rule.methods or ())} - NOT_PAGES


def _crawl(surfer: Surfer, routes: MapAdapter, seen: Counter[str], first: list[str]) -> None:
    """From the given pages and those without parts in their address along the links."""
    rules = (rule for rule in routes.map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ()))
    starts = [*first, *sorted(map(str, rules))]
    waiting, known, looked_at = deque(starts), set(starts), 0
    while waiting and looked_at < MOST_PAGES:
        path = waiting.popleft()
        kind = _kind(routes, path)
        if kind is None or kind in NOT_PAGES or (seen[kind] >= MOST_OF_A_KIND and path not in first):
            continue
        if path.partition("?")[0].endswith(FILES):
            seen[kind] += _file_answers(surfer, path)
        elif _look_at(surfer, path):
            seen[kind] += 1
            looked_at += 1
            found = [link for link in surfer.page.evaluate(LINKS) if link not in known]
            waiting.extend(dict.fromkeys(found))
            known.update(found)


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
