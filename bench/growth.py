"""What a page costs when its run has 10, 100, 1,000 and 5,000 seats and as long a line: it should be the same.

One client, the median of some requests; the bare page of the same moment stands beside it, so that the machine's own
moods are not taken for growth.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_migrate import upgrade
from sqlalchemy import select, text

from bench import bare
from bench.load import Connection, get
from bench.people import Coordinator, booking, sign_in
from bench.servers import database, gunicorn, postgresql
from courses_app import create_app
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, Seat
from courses_app.bookings.rules import SeatStatus
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import db, session, transaction
from tests.bookings.crowding import Crowd, crowd
from tests.conftest import settings_for
from tests.make import Make

SIZES = (10, 100, 1000, 5000)
REQUESTS, OFFERS = 15, 6
PATIENCE_MS = 1500  # a page that takes long is asked less often

Table = dict[str, list[float]]


def measure() -> None:
    """Print a line for each page, a column for each size."""
    table: Table = {}
    with TemporaryDirectory() as folder, postgresql() as server:
        ceiling = database(server, "growth_bare")
        bare.fill(ceiling, spread=20)
        with gunicorn("bench.bare:create_app()", {"BARE_DATABASE_URL": ceiling}) as floor:
            for size in SIZES:
                url = database(server, f"growth_{size}")
                _measure(table, Path(folder), url, floor, _filled(url, Path(folder), size))
    print(f"growth: ms of a page, median of up to {REQUESTS}, one client, PostgreSQL; seats taken and parties waiting")
    print(" " * 32 + "".join(f"{size:>9,}" for size in SIZES))
    for name, figures in table.items():
        print(f"  {name:<30}" + "".join(f"{figure:9.1f}" for figure in figures))
    print()
    sys.stdout.flush()


def _filled(url: str, folder: Path, size: int) -> Crowd:
    app = create_app(settings_for(folder, url))
    with app.app_context():
        upgrade()
        session.remove()
    crowded = crowd(Make(app), seats=size, line=size)
    with app.app_context():
        with db.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
        session.remove()
        db.engine.dispose()
    return crowded


def _measure(table: Table, folder: Path, url: str, floor: str, crowded: Crowd) -> None:
    with gunicorn("courses_app:create_app()", {"DATABASE_URL": url, "COURSES_INSTANCE": str(folder)}) as product:
        people = {page.email: sign_in(product, page.email) for page in crowded.pages() if page.email}
        for page in crowded.pages():
            cookie = people[page.email].cookie if page.email else ""
            _note(table, page.name, product, lambda path=page.path, cookie=cookie: get(path, cookie), 200)
        visitor = people[crowded.visitor]
        _note(table, "booking refused: full", product, lambda: booking(visitor, crowded.run, people=1), 409)
        _note(table, "joining the line", product, lambda: _joining(visitor, crowded.run), 303)
    _note(table, "ceiling: the bare page", floor, lambda: get("/page"), 200)
    table.setdefault("worker: an offer", []).append(_offering(folder, url))


def _note(table: Table, name: str, address: str, request: Callable[[], bytes], status: int) -> None:
    connection, times = Connection(address), []
    for turn in range(REQUESTS + 1):
        answer, _ = connection.ask(request())
        if answer.status != status:
            raise RuntimeError(f"{name} answered {answer.status}")
        if turn:  # the first fills what is kept
            times.append(answer.seconds * 1000)
        if sum(times) > PATIENCE_MS:
            break
    table.setdefault(name, []).append(statistics.median(times))


def _joining(visitor: Coordinator, run: str) -> bytes:
    return booking(visitor, run, people=1, path="waiting")


def _offering(folder: Path, url: str) -> float:
    """A seat that is only held is given back, and the worker looks for it and offers it; again and again."""
    app, times = create_app(settings_for(folder, url)), []
    with app.app_context():
        for _turn in range(OFFERS):
            last = session.scalars(select(Booking).join(Booking.seats).where(Seat.status == SeatStatus.HELD)).one()
            with transaction():
                operations.cancel(booking=last, by=SYSTEM, now=clock.now())
            started = time.perf_counter()
            for run in queries.runs_to_offer(now=clock.now()):
                with transaction():
                    operations.offer_free_seats(run, now=clock.now())
            times.append((time.perf_counter() - started) * 1000)
        session.remove()
        db.engine.dispose()
    return statistics.median(times[1:])
