"""The worker dies again and again in its rounds, until nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask

from tests.proofs.victim import Victim


def kills_in_rounds(
    app: Flask,
    victim: Victim,
    *,
    tables: Callable[[Flask], str],
    broken: Callable[[Flask], Sequence[str]],
    most: int,
    step: int = 1,
) -> int:
    """How often it died, each time `step` writing statements later, anew for each piece of work that was done.

    After each piece no promise may be `broken`; `tables` tells one state of the database from another.
    """
    before, statements, kills = tables(app), 1, 0
    while statements < most:
        answer = victim.tries(work=True, writing=True, statements=statements)
        now = tables(app)
        kills, statements = kills + (answer is None), statements + step
        if now != before:  # a piece was done: the next one begins
            assert broken(app) == []
            before, statements = now, 1
        elif answer is not None:
            assert answer == {"done": 0}
            break
    return kills
