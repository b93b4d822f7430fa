"""What the measured application holds: runs, with room for every booking or not, and a coordinator for each client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask_migrate import upgrade

from bench.load import CLIENTS
from courses_app import create_app
from courses_app.foundation.db import db, session
from tests.conftest import settings_for
from tests.make import Make

RUNS = 20
CAPACITY = 1_000_000


@dataclass(frozen=True)
class Filled:
    """The runs' references and the coordinators' e-mail addresses."""

    runs: list[str]
    emails: list[str]


def fill(url: str, folder: Path, *, runs: int = RUNS, capacity: int = CAPACITY) -> Filled:
    """Migrate the empty database at `url` and fill it through the operations."""
    app = create_app(settings_for(folder, url))
    with app.app_context():
        upgrade()
        make = Make(app)
        make.issuer()
        references = [make.run(online=True, capacity=capacity, days_ahead=30 + n).reference for n in range(runs)]
        emails = [make.coordinator().account.email for _ in range(CLIENTS)]
        session.remove()
        db.engine.dispose()
    return Filled(references, emails)
