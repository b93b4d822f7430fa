"""Real server processes on the database of a test: gunicorn as shipped, on a port of its own, ended with the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from courses_app.config import Settings

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = "courses_app:create_app()"
SLOW = "tests.race.slow:create_app()"
UNLOCKED = "tests.race.unlocked:create_app()"  # the canary: nobody waits for anybody
PROCESSES, THREADS = 2, 4  # as in courses_app/cli/serve.py
READY_SECONDS = 60


@contextmanager
def serving(app: Flask, target: str = SHIPPED) -> Iterator[str]:
    """Two processes serving the test's database; yields their address once they answer."""
    with served(app, target) as (address, _server):
        yield address


@contextmanager
def served(app: Flask, target: str = SHIPPED) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The same, with the process that is told to end. What they say is in `log_of(app)`."""
    port = _free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(PROCESSES),
        "--worker-class", "gthread", "--threads", str(THREADS), "--reuse-port", "--preload", "--log-level", "warning",
        target,
    ]  # fmt: skip
    log = log_of(app)
    with log.open("ab") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment_of(app, port), stdout=output, stderr=output)
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/healthz", server, log)
            yield f"http://127.0.0.1:{port}", server
        finally:
            server.terminate()
            server.wait(timeout=60)


def log_of(app: Flask) -> Path:
    return Path(app.instance_path) / "gunicorn.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_of(app: Flask, port: int) -> dict[str, str]:
    settings: Settings = app.config["SETTINGS"]
    return {
        **os.environ,
        "COURSES_ENV": "development",
        "COURSES_INSTANCE": app.instance_path,
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
        "STRIPE_API_BASE": "http://127.0.0.1:9",  # nobody is there
    }


def _wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended before it was ready:\n{log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server was not ready in time:\n{log.read_text()[-2000:]}")
