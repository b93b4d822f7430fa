"""An ordinary day: pages and bookings on PostgreSQL, with room for everybody."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import bare
from bench.filling import RUNS, Filled, fill
from bench.load import CLIENTS, Figures, get, run
from bench.people import Coordinator, bare_booking, booking, sign_in
from bench.servers import database, gunicorn, postgresql

ROUNDS = 3
PAGES_A_CLIENT = 150
BOOKINGS_A_CLIENT = 40

Requests = list[list[bytes]]


def measure() -> None:
    """Print how many a second, and how long each waits."""
    with TemporaryDirectory() as folder, postgresql() as server:
        ours, ceiling = database(server, "bench_ours"), database(server, "bench_bare")
        filled = fill(ours, Path(folder))
        bare.fill(ceiling, spread=RUNS)
        environment = {"DATABASE_URL": ours, "COURSES_INSTANCE": folder}
        with (
            gunicorn("courses_app:create_app()", environment) as product,
            gunicorn("bench.bare:create_app()", {"BARE_DATABASE_URL": ceiling}) as floor,
        ):
            _measure(product, floor, filled)


def _measure(product: str, floor: str, filled: Filled) -> None:
    people = [sign_in(product, email) for email in filled.emails]
    print(f"{CLIENTS} clients, 2 processes × 4 threads, PostgreSQL; median of {ROUNDS} paired rounds\n")
    page = [[get("/runs")] * PAGES_A_CLIENT] * CLIENTS
    bare_page = [[get("/page")] * PAGES_A_CLIENT] * CLIENTS
    _pair("timetable with 20 runs", "req/s", product, lambda: page, floor, lambda: bare_page, 200)
    for name, spread in (("spread over 16 runs", True), ("all on one hot run", False)):
        _pair(
            f"signed-in booking of 3, {name}", "bookings/s",
            product, lambda spread=spread: _bookings(people, filled.runs, spread),
            floor, lambda spread=spread: _bare_bookings(spread), 303,
        )  # fmt: skip


def _pair(
    name: str,
    unit: str,
    product: str,
    ours: Callable[[], Requests],
    floor: str,
    theirs: Callable[[], Requests],
    good: int,
) -> None:
    rounds = [(run(floor, theirs()), run(product, ours())) for _ in range(ROUNDS)]
    ceiling, figures = [pair[0] for pair in rounds], [pair[1] for pair in rounds]
    _refuse_failures(name, figures, good)
    share = statistics.median(b.per_second(good) / a.per_second(good) for a, b in rounds)
    print(f"{name}")
    print(f"  ours     {_line(figures, unit, good)}")
    print(f"  ceiling  {_line(ceiling, unit, good)}")
    print(f"  share of the ceiling {share:.0%}\n")
    sys.stdout.flush()


def _line(rounds: list[Figures], unit: str, good: int) -> str:
    rate = statistics.median(figures.per_second(good) for figures in rounds)
    middle = statistics.median(figures.percentile(0.5, good) for figures in rounds)
    high = statistics.median(figures.percentile(0.99, good) for figures in rounds)
    return f"{rate:8.0f} {unit:<11} p50 {middle:6.1f} ms  p99 {high:6.1f} ms"


def _refuse_failures(name: str, rounds: list[Figures], good: int) -> None:
    strange = {answer.status for figures in rounds for answer in figures.answers if answer.status != good}
    if strange:
        print(f"  NOTE {name}: other answers {sorted(strange)}")


def _bookings(people: list[Coordinator], runs: list[str], spread: bool) -> Requests:
    return [
        [booking(person, runs[index % len(runs) if spread else 0]) for _ in range(BOOKINGS_A_CLIENT)]
        for index, person in enumerate(people)
    ]


def _bare_bookings(spread: bool) -> Requests:
    return [[bare_booking(index + 1 if spread else 1) for _ in range(BOOKINGS_A_CLIENT)] for index in range(CLIENTS)]
