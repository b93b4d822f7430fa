"""Pause points: one deed stands still at a named place while another one comes, so that no luck is needed (T1).

They are made here, around the database, and not in the product: there is nothing in it to switch on, nor to forget.
`after_count` is when a run's seats have been counted, `before_commit` when everything is written and not yet kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from courses_app.foundation.db import db, session

AFTER_COUNT, BEFORE_COMMIT = "after_count", "before_commit"
PATIENCE_SECONDS, HEAD_START_SECONDS = 20, 0.4
Deed = Callable[[], object]


def met(app: Flask, point: str, first: Deed, second: Deed) -> list[object]:
    """The first stands still at the point, the second begins meanwhile; what became of each (a result or a fault)."""
    results: list[object] = [None, None]
    here, go_on = threading.Event(), threading.Event()

    def live(turn: int, deed: Deed) -> None:
        with app.app_context():
            try:
                results[turn] = deed()
            except Exception as fault:
                results[turn] = fault

    threads = [threading.Thread(target=live, args=pair) for pair in enumerate((first, second))]
    with app.app_context(), _standing_still(point, threads[0], here, go_on):
        threads[0].start()
        assert here.wait(PATIENCE_SECONDS), results
        threads[1].start()
        threads[1].join(HEAD_START_SECONDS)  # without locks it is through by now; with them it waits
        go_on.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), results
    return results


@contextmanager
def _standing_still(point: str, who: threading.Thread, here: threading.Event, go_on: threading.Event) -> Iterator[None]:
    def stand(*_: object) -> None:
        if threading.current_thread() is who and not here.is_set():
            here.set()
            go_on.wait(PATIENCE_SECONDS)

    def counted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT count(*) FILTER"):
            stand()

    target, name, listener = (
        (session, "before_commit", stand) if point == BEFORE_COMMIT else (db.engine, "after_cursor_execute", counted)
    )
    event.listen(target, name, listener)
    try:
        yield
    finally:
        event.remove(target, name, listener)


@contextmanager
def unlocked(app: Flask) -> Iterator[None]:
    """The canary: row locks are taken out of the SQL on its way to PostgreSQL."""

    def without_lock(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> Any:
        return statement.partition(" FOR UPDATE")[0], parameters

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", without_lock, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", without_lock)
