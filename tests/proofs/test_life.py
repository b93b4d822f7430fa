"""T2: hundreds of short lives of the house on SQLite, and some on PostgreSQL; thousands with `make nightly`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from courses_app.bookings.operations import hold
from courses_app.bookings.rules import BookingStatus
from tests.conftest import own_database
from tests.proofs.ground import Ground, a_ground
from tests.proofs.life import Life

NIGHTLY = int(os.environ.get("LIVES", "0"))  # how many lives; without it, few and always the same ones
LIVES = {"sqlite": NIGHTLY or 200, "postgresql": NIGHTLY // 10 or 10}
PARTS = min(os.cpu_count() or 1, NIGHTLY // 500) or 1  # by night each processor lives a part of them
MOST_TURNS = 6  # some deeds need much to have gone before: as long as they have not been done, a few lives more
STEPS, FEW = 25 if NIGHTLY else 16, 40
BATCH = 10  # of more lives in one go, Hypothesis makes two thirds by changing the other third
DEEDS = {
    "bookings.answer", "bookings.approve", "bookings.block_seats", "bookings.book_draft", "bookings.cancel_seats",
    "bookings.change_capacity", "bookings.correct_attendee", "bookings.decline", "bookings.give_up_draft",
    "bookings.hold_seats", "bookings.join_waiting_list", "bookings.mend_draft", "bookings.move_rows",
    "bookings.move_seat", "bookings.name_seats", "bookings.note_refund_sent", "bookings.offer_by_hand",
    "bookings.order", "bookings.release_block", "bookings.settle", "bookings.substitute",
    "bookings.take_what_is_left", "bookings.wait_or_hold", "bookings.wait_with_list",
    "dispatches.accept", "dispatches.ask_for", "dispatches.make_quote", "dispatches.plan",
    "proofs.change", "proofs.close", "proofs.write", "rosters.call_off",
    "a list keeps seats", "a list is forgotten", "answered keep", "answered move", "answered give_back",
    *(status.value for status in BookingStatus),
}  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Ground]:
    folder: Path = tmp_path_factory.mktemp(f"lives-{request.param}")
    url = "sqlite://"
    if request.param == "postgresql":
        url = own_database(request.getfixturevalue("postgresql_url"), f"lives_{worker_id}")
    with a_ground(folder, url) as opened:
        yield opened


def live(ground: Ground, lives: int, *phases: Phase, turn: int = 0) -> Counter[str]:
    """So many lives; how often everything happened in them. Another turn, others."""
    done: Counter[str] = Counter()
    for batch in range(0, lives, BATCH):
        life = type("Life", (Life,), {"ground": ground, "done": done})
        # By day the same lives each time; by night others each time, and those that failed are kept and lived first.
        kept, life = ({}, life) if NIGHTLY else ({"database": None}, seed(turn + batch)(life))
        how = settings(
            max_examples=min(BATCH, lives - batch), stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), phases=phases, print_blob=True, **kept,
        )  # fmt: skip
        run_state_machine_as_test(life, settings=how)
    return done


def test_canary_a_house_that_does_not_count_is_found_out(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "check_room", lambda **_: None)
    with pytest.raises(AssertionError, match="INV-1"):
        live(ground, FEW, Phase.generate)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_every_invariant_holds(ground: Ground, part: int) -> None:
    """A life that breaks one is shown at its shortest, as a test to copy. And everything does happen."""
    engine = "sqlite" if ground.app.config["SETTINGS"].database_url.startswith("sqlite") else "postgresql"
    done = live(ground, LIVES[engine] // PARTS, Phase.reuse, Phase.generate, Phase.shrink)
    for turn in range(1, MOST_TURNS if engine == "sqlite" else 1):
        if set(done) >= DEEDS:
            break
        done += live(ground, FEW, Phase.generate, turn=1_000 * turn)
    assert set(done) >= DEEDS or engine != "sqlite", DEEDS - set(done)
