"""The application on a database that is back at its beginning within milliseconds: for hundreds of short lives.

SQLite lives in memory, and its first state is copied back as bytes. On PostgreSQL whatever came later is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from courses_app import create_app
from courses_app.accounts.models import Organization, OrganizationKind
from courses_app.catalogue.models import ChangePolicy
from courses_app.foundation import audit
from courses_app.foundation.connections import writing
from courses_app.foundation.db import Base, db, session, transaction
from tests.conftest import settings_for
from tests.make import Make
from tests.proofs.questions import Question, listened_to

ORGANIZATIONS, PEOPLE = 3, 5


@dataclass(frozen=True)
class Party:
    """An organization that books: who acts for it, and its people, by their keys and references."""

    organization: int
    coordinator: int
    people: tuple[str, ...]


@dataclass(frozen=True)
class Ground:
    """`app` with the catalogue, an issuer and some organizations; `empty()` forgets all that came later."""

    app: Flask
    parties: tuple[Party, ...]
    questions: list[Question]
    empty: Callable[[], None]


@contextmanager
def a_ground(folder: Path, url: str) -> Iterator[Ground]:
    """On the database at `url`; `sqlite://` is memory."""
    app = create_app(settings_for(folder, url))
    app.config["TESTING"] = True
    with app.app_context():
        upgrade()
        parties = _settled(Make(app))
        with transaction():
            audit.seal_entries()
        questions = listened_to()
        session.remove()
        empty = _memory() if url.startswith("sqlite") else _rows()
    try:
        yield Ground(app, parties, questions, empty)
    finally:
        with app.app_context():
            session.remove()
            db.engine.dispose()


def _settled(make: Make) -> tuple[Party, ...]:
    """Two organizations that pay the general fee, and a supporting member."""
    make.service()  # the catalogue, an issuer, and what one can ask for
    with make.deed():
        for rules in session.scalars(select(ChangePolicy)):
            rules.no_show_percent = 60  # the rest goes back to who does not come
    parties = []
    for turn in range(ORGANIZATIONS):
        kind = OrganizationKind.SUPERVISING
        organization: Organization = make.organization(kind, member=turn == ORGANIZATIONS - 1)
        coordinator = make.coordinator(organization)
        people = [
            make.person(organization, given_name=f"太郎{number}", email=f"person{turn}{number}@example.jp")
            for number in range(PEOPLE)
        ]
        references = tuple(person.reference for person in people)
        parties.append(Party(organization.id, coordinator.person.id, references))
    return tuple(parties)


def _memory() -> Callable[[], None]:
    with closing(db.engine.raw_connection()) as connection:
        begun = connection.driver_connection.serialize()

    def empty() -> None:
        session.remove()
        with closing(db.engine.raw_connection()) as connection:
            connection.driver_connection.deserialize(begun)

    return empty


def _rows() -> Callable[[], None]:
    with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"ALTER DATABASE {db.engine.url.database} SET synchronous_commit = off"))
        deletions = [_later_rows(connection, table) for table in Base.metadata.sorted_tables]
    db.engine.dispose()
    statements = "; ".join(one for one in deletions if one)

    def empty() -> None:
        session.remove()
        with db.engine.execution_options(**writing(db.engine)).begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.connection.cursor().execute(statements)

    return empty


def _later_rows(connection, table) -> str:
    if "id" in table.c and table.c.id.type.python_type is int:
        last = connection.scalar(text(f"SELECT MAX(id) FROM {table.name}"))
        return f"DELETE FROM {table.name} WHERE id > {last or 0}"
    filled = connection.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {table.name})"))
    return "" if filled else f"DELETE FROM {table.name}"
