"""A lifecycle is a table (state, move) -> state; operations, buttons and tests read the same table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from flask_babel import lazy_gettext as _l

from courses_app.foundation.refusal import Refusal

State = TypeVar("State", bound=StrEnum)
Move = TypeVar("Move", bound=StrEnum)


class MoveNotAllowed(Refusal):
    """The thing is no longer in a state from which this move starts (or never was)."""

    def __init__(self, state: StrEnum, move: StrEnum) -> None:
        super().__init__(
            _l("This is no longer possible: it has been changed in the meantime. Please look at its present state.")
        )
        self.state = state
        self.move = move


@dataclass(frozen=True)
class Lifecycle(Generic[State, Move]):
    """The allowed moves of one kind of thing, and the states in which one is made."""

    table: Mapping[tuple[State, Move], State]
    begins: tuple[State, ...] = ()

    def after(self, state: State, move: Move) -> State:
        """The state that `move` leads to. Raises MoveNotAllowed."""
        try:
            return self.table[state, move]
        except KeyError:
            raise MoveNotAllowed(state, move) from None

    def allows(self, state: State, move: Move) -> bool:
        return (state, move) in self.table
