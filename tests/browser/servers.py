"""The whole product as `make run` starts it: web server, worker and local payment server, on a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from courses_app.cli.seeds import load_catalogue_and_rules
from courses_app.foundation.clock import JST, day_of
from tests.conftest import settings_for
from tests.journeys.cast import INSTRUCTOR, STAFF
from tests.journeys.mailbox import Letter, Mailbox
from tests.make import Make
from tests.payments.wire import send
from tests.stage import open_stage

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS, LETTER_SECONDS = 120, 60
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


@dataclass
class Live:
    """A running product: its address, its letters, its clock, its log."""

    url: str
    folder: Path
    mailbox: Mailbox

    def letters(self, address: str, about: str = "", *, at_least: int = 0) -> list[Letter]:
        """The letters of this kind, once the worker has sent so many."""
        deadline = time.monotonic() + LETTER_SECONDS
        while len(found := self.mailbox.to(address, about)) < at_least:
            sent = [(one.to, one.subject) for one in self.mailbox.letters]
            assert time.monotonic() < deadline, f"{len(found)} letters to {address} about {about!r}: {sent}"
            time.sleep(0.1)
        return found

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead())

    @property
    def today(self) -> date:
        return day_of(self.now())

    @property
    def payment_firm(self) -> str:
        """The local payment server stands on the next port."""
        address, _, port = self.url.rpartition(":")
        return f"{address}:{int(port) + 1}"

    def _ahead(self) -> int:
        return int((self.folder / "clock").read_text())

    def move_to(self, day: date, at: time_of_day = time_of_day(10, 0)) -> None:
        """It is now this time of this day in Tokyo, for all processes and the payment firm; only forward."""
        target = datetime.combine(day, at, tzinfo=JST)
        assert target >= self.now(), "time does not run backwards here"
        before, ahead = self._ahead(), int((target - datetime.now(UTC)).total_seconds())
        part = self.folder / "clock.part"
        part.write_text(str(ahead))
        part.replace(self.folder / "clock")
        send("PUT", f"{self.payment_firm}/_control/moods", body={"webhook_signed_ago": -ahead})
        send("POST", f"{self.payment_firm}/_control/clock", body={"advance": ahead - before})


@contextmanager
def inhabited_product(folder: Path) -> Iterator[Live]:
    """The product as its first start makes it, demonstration data included."""
    with _serving(folder, _two_free_ports()) as live:
        yield live


@contextmanager
def empty_product(folder: Path) -> Iterator[tuple[Live, Make]]:
    """The product with its catalogue, one clerk and one instructor; the builder makes whatever else a test needs."""
    port, instance = _two_free_ports(), folder / "instance"
    instance.mkdir()
    database = f"sqlite:///{instance / 'courses.sqlite3'}"
    with open_stage(settings_for(instance, database, base_url=f"http://127.0.0.1:{port}")) as stage:
        with stage.app.app_context():
            load_catalogue_and_rules()
        make = Make(stage.app)
        make.staff(STAFF)
        make.instructor(INSTRUCTOR)
        with _serving(folder, port) as live:
            yield live, make


@contextmanager
def _serving(folder: Path, port: int) -> Iterator[Live]:
    """Start all processes, wait until they answer, end them afterwards."""
    (folder / "clock").write_text("0")
    live = Live(f"http://127.0.0.1:{port}", folder, Mailbox(folder / "instance" / "outbox"))
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "tests.browser.entry", "serve", "--port", str(port)],
            cwd=ROOT, env=_environment(folder, port), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            _wait_until_ready(live, server)
            yield live
        finally:
            _end(server)


def _environment(folder: Path, port: int) -> dict[str, str]:
    own = {
        "COURSES_INSTANCE": str(folder / "instance"),
        "TEST_CLOCK": str(folder / "clock"),
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    return {name: os.environ[name] for name in INHERITED if name in os.environ} | own


def _two_free_ports() -> int:
    """The product takes a port for itself and the next one for the payment server."""
    for _ in range(100):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise RuntimeError("no two free ports side by side")


def _wait_until_ready(live: Live, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the product ended before it was ready: {live.log}")
        try:
            urllib.request.urlopen(f"{live.url}/readyz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the product was not ready in time: {live.log}")


def _end(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(timeout=40)
    except subprocess.TimeoutExpired:
        server.kill()
        raise
