"""The hot run: far more people than seats, through the signed-in form, until everybody has an answer.

Sixteen clients have signed in and opened the form; then each sends it again and again for somebody new. What everybody
was told is compared with the database afterwards (the history check of `tests/race`), so a figure is never printed
without saying whether the sale was right.
"""

from __future__ import annotations

import secrets
import statistics
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from bench import bare
from bench.filling import fill
from bench.load import CLIENTS, Figures, run
from bench.people import Coordinator, bare_booking, booking, sign_in
from bench.servers import Server, database, gunicorn, postgresql, postmaster
from bench.spent import Spent, spent_by
from courses_app import create_app
from courses_app.catalogue.models import CourseRun
from courses_app.foundation import clock
from courses_app.foundation.db import db, session
from tests.conftest import settings_for
from tests.race.history import BOOKED, NO_ROOM, Attempt, attempt, faults_in

ROUNDS = 3
SEATS, ATTEMPTS = 200, 2000
LATE = 50  # attempts of each client after the last seat is gone


@dataclass(frozen=True)
class Stage:
    """What a load measured, and what it cost."""

    figures: Figures
    spent: Spent

    @property
    def each(self) -> str:
        return self.spent.each(len(self.figures.answers))


@dataclass(frozen=True)
class Round:
    """The sale itself, then attempts that all come too late; ours, and beside it the ceiling's."""

    sale: Stage
    late: Stage
    sale_beside: Stage
    late_beside: Stage


def measure() -> None:
    """Print how long the sale takes on both databases, what it costs, and whether it was right."""
    with TemporaryDirectory() as folder, postgresql() as server:
        addresses = {
            "PostgreSQL": (database(server, "sale_ours"), database(server, "sale_bare")),
            "SQLite": (f"sqlite:///{folder}/ours.sqlite3", f"sqlite:///{folder}/bare.sqlite3"),
        }
        for kind, (ours, ceiling) in addresses.items():
            print(f"hot run, {kind}: {SEATS} seats, {ATTEMPTS} attempts of {CLIENTS} clients; {ROUNDS} paired rounds")
            _measure(Path(folder), ours, ceiling)


def _measure(folder: Path, ours: str, ceiling: str) -> None:
    filled = fill(ours, folder, runs=ROUNDS, capacity=SEATS)
    bare.fill(ceiling, spread=ROUNDS, capacity=SEATS)
    environment = {"DATABASE_URL": ours, "COURSES_INSTANCE": str(folder)}
    rounds: list[Round] = []
    faults: list[str] = []
    with ExitStack() as servers:
        product = servers.enter_context(gunicorn("courses_app:create_app()", environment))
        floor = servers.enter_context(gunicorn("bench.bare:create_app()", {"BARE_DATABASE_URL": ceiling}))
        books = postmaster(ours)
        for number, reference in enumerate(filled.runs, start=1):
            people = [sign_in(product, email, page=f"/runs/{reference}/bookings/new") for email in filled.emails]
            tokens = [[secrets.token_urlsafe(16) for _ in range(ATTEMPTS // CLIENTS)] for _ in people]
            late = [[secrets.token_urlsafe(16) for _ in range(LATE)] for _ in people]
            sale_beside = _stage(floor, books, _bare_sale(number, ATTEMPTS // CLIENTS))
            sale = _stage(product, books, _sale(people, reference, tokens))
            late_beside = _stage(floor, books, _bare_sale(number, LATE))
            too_late = _stage(product, books, _sale(people, reference, late))
            rounds.append(Round(sale, too_late, sale_beside, late_beside))
            told = [*_history(tokens, sale.figures), *_history(late, too_late.figures)]
            faults += _faults(folder, ours, reference, told)
    _print(rounds, faults)


def _stage(server: Server, books: int | None, requests: list[list[bytes]]) -> Stage:
    before = Spent(0, spent_by(server.pid), spent_by(books))
    figures = run(server, requests)
    after = Spent(figures.client_ms, spent_by(server.pid), spent_by(books))
    return Stage(figures, after - before)


def _sale(people: list[Coordinator], reference: str, tokens: list[list[str]]) -> list[list[bytes]]:
    return [
        [booking(person, reference, people=1, form_token=token) for token in own]
        for person, own in zip(people, tokens, strict=True)
    ]


def _bare_sale(number: int, attempts: int) -> list[list[bytes]]:
    return [[bare_booking(number, people=1) for _ in range(attempts)] for _ in range(CLIENTS)]


def _history(tokens: list[list[str]], sale: Figures) -> Iterator[Attempt]:
    sent = (token for own in tokens for token in own)
    for token, answer in zip(sent, sale.answers, strict=True):
        yield attempt(token, 1, status=answer.status, location=answer.location)


def _faults(folder: Path, url: str, reference: str, history: Iterable[Attempt]) -> list[str]:
    app = create_app(settings_for(folder, url))
    with app.app_context():
        sold = session.scalars(select(CourseRun).where(CourseRun.reference == reference)).one()
        faults = faults_in(list(history), sold, now=clock.now())
        session.remove()
        db.engine.dispose()
    return faults


def _print(rounds: list[Round], faults: list[str]) -> None:
    _tell("ours", [one.sale for one in rounds], [one.late for one in rounds])
    _tell("ceiling", [one.sale_beside for one in rounds], [one.late_beside for one in rounds])
    print(f"  history  {'; '.join(faults) or f'{SEATS} sold in each round, every answer true'}\n")
    sys.stdout.flush()


def _tell(name: str, sales: list[Stage], late: list[Stage]) -> None:
    figures = [one.figures for one in sales]
    print(f"  {name:<8} all answered in {_middle(one.seconds for one in figures):5.1f} s")
    for words, status in (("accepted", BOOKED), ("refused", NO_ROOM)):
        rate = _middle(one.count(status) / one.until_last(status) for one in figures)
        print(f"           {words} {rate:6.0f} a second  {_times(figures, status)}")
    after = [one.figures for one in late]
    rate = _middle(one.per_second(NO_ROOM) for one in after)
    print(f"           too late {rate:6.0f} a second  {_times(after, NO_ROOM)}")
    for words, stages in (("an attempt", sales), ("an attempt too late", late)):
        print(f"           processor time of {words}: {_cheapest(stages).each}")
    _tell_others([*figures, *after])


def _times(rounds: list[Figures], status: int) -> str:
    middle, high = (_middle(one.percentile(share, status) for one in rounds) for share in (0.5, 0.99))
    return f"p50 {middle:6.1f} ms  p99 {high:6.1f} ms"


def _cheapest(stages: list[Stage]) -> Stage:
    """Neighbours can only add to it."""
    return min(stages, key=lambda stage: stage.spent.application + stage.spent.database)


def _middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def _tell_others(rounds: list[Figures]) -> None:
    others = sorted({answer.status for one in rounds for answer in one.answers} - {BOOKED, NO_ROOM})
    if others:
        print(f"           NOTE other answers {others}")
