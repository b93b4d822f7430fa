"""Around the ORM, where a statement is only read or written in bulk: the tables behind the models, and known keys."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, inspect

from courses_app.foundation.db import Base


def table_of(model: type[Base]) -> Table:
    """The table of a model."""
    return cast(Table, model.__table__)


def id_of(thing: Base) -> int:
    """The key of a row that was read before, known without reading it again. Raises ValueError for an unwritten one."""
    identity = inspect(thing).identity
    if identity is None:
        raise ValueError("not written yet")
    return int(identity[0])
