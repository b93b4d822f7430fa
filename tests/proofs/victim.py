"""A process that dies: the application, warmed once, forks for each try and is killed after so many statements (T4).

Started as a module it reads a try from each line (what to do, after which statement to die) and answers with a line.
The child has connections of its own and dies by SIGKILL: no cleaning up, no good-bye to the database.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from courses_app import create_app
from courses_app.cli import worker
from courses_app.foundation import audit, clock
from courses_app.foundation import db as ground
from courses_app.foundation.db import db, session
from courses_app.foundation.outbox import deliver_due
from courses_app.foundation.outbox.transports import Smtp
from courses_app.foundation.papers import engine
from courses_app.foundation.papers.press import printing_here
from tests.race.servers import environment_of

ROOT = Path(__file__).resolve().parents[2]


class Victim:
    """The warmed process, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def does(self, **what: Any) -> dict[str, Any] | None:
        """What came of it, undisturbed; the process itself does it, and so is quick when it tries the same again."""
        return self.tries(itself=True, statements=0, **what)

    def tries(self, **what: Any) -> dict[str, Any] | None:
        """What came of it, or None if it was killed on the way."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process has ended"
        answer: dict[str, Any] | None = json.loads(line)
        return answer


@contextmanager
def a_victim(app: Flask) -> Iterator[Victim]:
    """On the database of a test."""
    settings = app.config["SETTINGS"]
    env = {**environment_of(app, 8000), "BASE_URL": settings.base_url}
    command = [sys.executable, "-m", "tests.proofs.victim"]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield Victim(process)
        finally:
            process.kill()


def main() -> None:
    app = create_app()
    app.config["TESTING"] = True
    with app.app_context():
        db.engine.dispose()
    gc.disable()  # who lives so short a time needn't tidy up; and what nobody touches, the children share
    gc.freeze()
    for line in sys.stdin:
        what = json.loads(line)
        if what.get("itself"):
            print(json.dumps(_post(app, what)), flush=True)  # noqa: T201
            with app.app_context():
                db.engine.dispose()
            continue
        if what.get("work"):
            engine._compiler()  # its fonts are read once, and not by every child
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            _live(app, what, writing)
        os.close(writing)
        with os.fdopen(reading) as answer:
            told = answer.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(json.dumps(None) if killed else told or json.dumps({"fault": status}), flush=True)  # noqa: T201


def _live(app: Flask, what: dict[str, Any], writing: int) -> None:
    """In the child: do it, tell how it went, and end without ceremony."""
    with app.app_context():
        db.engine.dispose(close=False)
        _die_after(what["statements"], writing_only=what.get("writing", False))
    try:
        answer = _deliver(app, what) if what.get("mail") else _work(app) if what.get("work") else _post(app, what)
    except Exception as fault:
        answer = {"fault": repr(fault)}
    os.write(writing, json.dumps(answer).encode())
    os._exit(0)


def _die_after(statements: int, *, writing_only: bool) -> None:
    """Each statement counts (or only those that write), and each commit: it is kept, and nobody was told."""
    left = statements

    def count(*_: object) -> None:
        nonlocal left
        if writing_only and not ground._writing.active:
            return
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "after_cursor_execute", count)
    event.listen(session, "after_commit", count)


def _post(app: Flask, what: dict[str, Any]) -> dict[str, Any]:
    client = app.test_client(use_cookies=False)
    answer = client.post(what["path"], data=what["fields"], headers={"Cookie": what["cookie"]})
    return {"status": answer.status_code, "location": answer.headers.get("Location", "")}


def _work(app: Flask) -> dict[str, Any]:
    """A round of the worker; mail is left to its own tests, which kill it between sending and noting (R-28)."""
    done = 0
    with app.app_context(), printing_here():
        for name, task in worker.tasks():
            if name != "foundation.outbox":
                audit.request_id.set(f"worker-{os.getpid()}")
                done += task()
    return {"done": done}


def _deliver(app: Flask, what: dict[str, Any]) -> dict[str, Any]:
    """A round of mail, so many seconds from now; perhaps killed when the server has accepted a message, and before
    that is noted (`after_send_before_mark`)."""
    smtp = Smtp(what["mail"])

    class Accepted:
        def send(self, message: EmailMessage) -> None:
            smtp.send(message)
            if what.get("after_send"):
                os.kill(os.getpid(), signal.SIGKILL)

    ahead = timedelta(seconds=what.get("ahead", 0))
    with app.app_context():
        return {"done": deliver_due(Accepted(), clock=lambda: clock.now() + ahead)}


if __name__ == "__main__":
    main()
