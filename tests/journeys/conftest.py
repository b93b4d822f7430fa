"""What a journey needs: the application with a payment server beside it, visitors, letters, the worker, a calendar."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from courses_app.cli.ledger import violations
from courses_app.cli.seeds import load_catalogue_and_rules
from courses_app.cli.worker import run_round
from courses_app.payments.gateways.local_stripe.server import LocalStripe, local_stripe
from tests.conftest import BASE_URL, own_database, settings_for
from tests.journeys.calendar import MORNING, Calendar
from tests.journeys.mailbox import Letter, Mailbox
from tests.journeys.visitor import Visitor
from tests.journeys.words import Words
from tests.payments.wire import send
from tests.ports import free_port
from tests.stage import Stage, open_stage

KEY, SECRET = "sk_test_of_the_journeys", "whsec_of_the_journeys"
MOST_ROUNDS = 20
SECRET_LINK = re.compile(r"/([A-Za-z0-9_-]{16,})(?:\.ics)?\b")  # the part of an address that is a secret
PASSED = pytest.StashKey[bool]()


@dataclass
class JourneyStage(Stage):
    """A stage with a payment server whose events reach it."""

    stripe: LocalStripe


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Stage]:
    """The application on one database, and the payment server that it and its visitors talk to."""
    folder = tmp_path_factory.mktemp(f"journeys-{request.param}")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'courses.sqlite3'}"
    else:
        url = own_database(request.getfixturevalue("postgresql_url"), f"journeys_{worker_id}")
    port = free_port()
    webhook = f"http://127.0.0.1:{port}/webhooks/stripe"
    with ExitStack() as stack:
        stripe = stack.enter_context(
            local_stripe("127.0.0.1", 0, webhook_url=webhook, webhook_secret=SECRET, api_key=KEY)
        )
        told = {"stripe_secret_key": KEY, "stripe_webhook_secret": SECRET, "stripe_api_base": stripe.url}
        opened = stack.enter_context(open_stage(settings_for(folder, url, **told)))
        stack.enter_context(_listening(opened.app, port))
        yield JourneyStage(opened.app, opened.template, stripe)


@contextmanager
def _listening(app: Flask, port: int) -> Iterator[None]:
    """The application on a real port: events of the payment server come in here."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@dataclass
class Stripe:
    """The levers of the payment server, and the news that it brings."""

    url: str
    ahead: timedelta = timedelta()
    mood: dict[str, object] = field(default_factory=dict)

    def until_told(self) -> list[dict[str, Any]]:
        """Wait until every event has reached us; the deliveries."""
        answer = send("GET", f"{self.url}/_control/deliveries?wait=20").json()
        assert answer["quiet"], answer
        found: list[dict[str, Any]] = answer["deliveries"]
        return found

    def moods(self, **wanted: object) -> None:
        """How it misbehaves; its signatures carry the time of our calendar."""
        signed = {"webhook_signed_ago": -int(self.ahead.total_seconds())}
        assert send("PUT", f"{self.url}/_control/moods", body={**wanted, **signed}).status == 200
        self.mood = wanted

    def follow(self, ahead: timedelta) -> None:
        """Its calendar shows the same day as ours."""
        seconds, self.ahead = int((ahead - self.ahead).total_seconds()), ahead
        self.moods(**self.mood)
        assert send("POST", f"{self.url}/_control/clock", body={"advance": seconds}).status == 200

    def forget(self) -> None:
        assert send("DELETE", f"{self.url}/_control/state").status == 204


@pytest.fixture
def stripe(world: World) -> Stripe:
    return world.stripe


@dataclass
class World:
    """One journey: its visitors, letters, calendar, worker, log."""

    app: Flask
    calendar: Calendar
    mailbox: Mailbox
    stripe: Stripe
    log: io.StringIO
    language: str = "ja"
    visitors: list[Visitor] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def walker(self, language: str = "") -> Visitor:
        """Somebody new at a browser of their own."""
        somebody = Visitor(self.app.test_client(), BASE_URL, Words(language or self.language))
        self.visitors.append(somebody)
        return somebody

    def stock(self) -> None:
        """The catalogue, the roles and what they ask for, the issuer: as every house begins."""
        with self.app.app_context():
            load_catalogue_and_rules()

    def worker(self) -> int:
        """Let the worker do all that is due; how many pieces that were."""
        done = 0
        with self.app.app_context():
            for _ in range(MOST_ROUNDS):
                count = run_round()
                done += count
                if not count:
                    return done
        raise AssertionError("the worker finds something to do for ever")

    def letters(self, address: str, about: str = "", *, at_least: int = 0) -> list[Letter]:
        """The letters somebody has got, once the worker has sent what is due."""
        self.worker()
        return self.mailbox.to(address, about)

    def letter(self, address: str, about: str = "") -> Letter:
        """The newest of them."""
        self.worker()
        return self.mailbox.last(address, about)

    @property
    def today(self) -> date:
        return self.calendar.today

    def move_to(self, day: date, at: time = MORNING) -> None:
        self.calendar.move_to(day, at)

    def close(self) -> None:
        """At the end of every journey: the books are in order, nothing failed, and the log knows nobody by name."""
        self.worker()
        with self.app.app_context():
            assert list(violations()) == []
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        assert [line for line in lines if line["level"] in {"error", "critical"}] == []
        assert self.told_in_log() == []

    def told_in_log(self) -> list[str]:
        """Everything personal or secret that the log repeats (O-03)."""
        log = self.log.getvalue()
        letters = self.mailbox.letters
        addresses = [one.to for one in letters]
        tokens = [token for one in letters for token in SECRET_LINK.findall(one.body)]
        typed = [value for somebody in self.visitors for value in somebody.typed]
        wanted = {*addresses, *tokens, *typed, *self.secrets, KEY, SECRET}
        return sorted(one for one in wanted if _telling(one) and one in log)


def _telling(value: str) -> bool:
    """Long enough, or rare enough, not to stand in a line by chance."""
    return len(value) >= 8 or (len(value) >= 2 and not value.isascii())


@pytest.fixture
def world(
    request: pytest.FixtureRequest, stage: JourneyStage, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A journey begins; when it has gone well, it is also closed well."""
    log = io.StringIO()
    monkeypatch.setattr(app.logger.handlers[0], "stream", log)
    calendar, stripe = Calendar(monkeypatch), Stripe(stage.stripe.url)
    stripe.forget()
    calendar.followers.append(stripe.follow)
    made = World(app, calendar, Mailbox(Path(app.instance_path) / "outbox"), stripe, log)
    yield made
    stripe.until_told()
    if request.node.stash.get(PASSED, False):
        made.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether the journey itself went well: only then is there something to close."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report
