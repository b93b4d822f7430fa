"""A lock that is held for long: people read "busy", lose nothing, and nobody waits for ever (R-06)."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from courses_app.foundation.db import session, transaction
from courses_app.foundation.throttle import Attempt
from courses_app.foundation.writers_queue import Line, QueueTooLong, turn_at


@contextmanager
def somebody_writing(app: Flask) -> Iterator[None]:
    """Another thread holds the attempts' table locked."""
    begun, enough = threading.Event(), threading.Event()

    def write() -> None:
        with app.app_context(), transaction() as database:
            if database.get_bind().dialect.name == "postgresql":
                database.execute(text("LOCK TABLE attempts IN ACCESS EXCLUSIVE MODE"))
            begun.set()
            enough.wait(60)

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait(60)
    try:
        yield
    finally:
        enough.set()
        thread.join()


def test_r06_a_lock_held_for_long_answers_busy_and_loses_nothing(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/certificates/verify").text
    typed = {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0], "number": 'X-1"><b>'}
    with somebody_writing(app):
        busy = client.post("/certificates/verify", data=typed)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    assert '<form method="post" action="/certificates/verify?">' in busy.text
    assert 'name="number" value="X-1&#34;&gt;&lt;b&gt;"' in busy.text
    assert f'name="csrf_token" value="{typed["csrf_token"]}"' in busy.text
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0
    assert client.post("/certificates/verify", data=typed).status_code == 404  # there is no such certificate


def test_r06_a_password_is_not_kept_in_the_busy_page(app: Flask) -> None:
    client = app.test_client()
    token = client.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    with somebody_writing(app):
        form = {"csrf_token": token, "email": "taro@example.jp", "password": "kotoba-mikan"}
        busy = client.post("/sign-in", data=form)
    assert busy.status_code == 503
    assert "kotoba-mikan" not in busy.text
    assert "<form" not in busy.text


def test_r06_whoever_gives_up_is_passed_over(tmp_path: Path) -> None:
    place = tmp_path / "queue"
    with turn_at(place, seconds=60), pytest.raises(QueueTooLong), turn_at(place, seconds=0.01):
        pass
    with turn_at(place, seconds=0.01):
        pass


@pytest.mark.parametrize("held", ["queue", "queue.next"])
def test_r06_another_process_is_not_waited_for_for_ever_either(tmp_path: Path, held: str) -> None:
    place = tmp_path / "queue"
    with (tmp_path / held).open("w") as elsewhere:
        fcntl.flock(elsewhere, fcntl.LOCK_EX)
        for _ in range(2):
            with pytest.raises(QueueTooLong), turn_at(place, seconds=0.01):
                pass
    with turn_at(place, seconds=0.01):
        pass


def test_threads_are_served_in_the_order_they_came() -> None:
    line, served = Line(), []

    def write(number: int) -> None:
        if line.enter(60):
            served.append(number)
            line.leave()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    assert line.enter(60)
    for number, thread in enumerate(threads):
        thread.start()
        while len(line.waiting) == number:
            time.sleep(0.001)
    line.leave()
    for thread in threads:
        thread.join()
    assert served == list(range(8))
