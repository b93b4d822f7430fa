"""`flask lifecycles`: the lives of the README, drawn from the tables that the code acts on."""

from __future__ import annotations

import re
from collections import defaultdict
from enum import StrEnum
from typing import Any

import click

from courses_app.bookings.rules import PARTY, QUESTION
from courses_app.bookings.rules.lifecycles import BOOKING, SEAT, SEAT_MOVES
from courses_app.catalogue.rules.runs import RUN
from courses_app.config import ROOT
from courses_app.dispatches.rules import DISPATCH
from courses_app.foundation.lifecycle import Lifecycle
from courses_app.payments.rules.banking import LINE

README = ROOT / "README.md"
LIVES: dict[str, Lifecycle[Any, Any]] = {
    "booking": BOOKING,
    "seat": SEAT,
    "party": PARTY,
    "question": QUESTION,
    "run": RUN,
    "dispatch": DISPATCH,
    "bank_line": LINE,
}
BLOCK = re.compile(r"(<!-- lifecycle: (\w+) -->\n).*?(<!-- /lifecycle -->)", re.DOTALL)


@click.command("lifecycles")
@click.option("--write", is_flag=True, help="Put them into the README.")
def lifecycles(write: bool) -> None:
    """Print every lifecycle as a drawing and a table, or write them into the README."""
    if write:
        README.write_text(redrawn(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        click.echo("\n".join(f"{name}\n{block(name)}" for name in LIVES))


def redrawn(text: str) -> str:
    """The text with every marked block as the tables are today."""
    return BLOCK.sub(lambda found: found[1] + block(found[2]) + found[3], text)


def block(name: str) -> str:
    """What stands between the marks of one life."""
    life = LIVES[name]
    follows = f"\n{_follows()}\n" if name == "seat" else ""
    summary = "<summary>The whole table, refusals included</summary>"
    return f"\n```mermaid\n{drawing(life)}\n```\n{follows}\n<details>{summary}\n\n{table(life)}\n\n</details>\n\n"


def drawing(life: Lifecycle[Any, Any]) -> str:
    """A state diagram: an arrow for each pair of states, with all moves between them."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for state in life.begins:
        arrows["[*]", str(state)] = []
    for (state, move), after in life.table.items():
        arrows[str(state), str(after)].append(str(move))
    lines = [
        f"    {before} --> {after}" + (f": {', '.join(moves)}" if moves else "")
        for (before, after), moves in arrows.items()
    ]
    ends = [f"    {state} --> [*]" for state in states(life) if not any(state is before for before, _ in life.table)]
    return "\n".join(["stateDiagram-v2", "    direction LR", *lines, *ends])


def table(life: Lifecycle[Any, Any]) -> str:
    """A line a state, a column a move, in each cell what it becomes; `·` is refused."""
    moves = _words_of(next(move for _, move in life.table))
    lines = [["", *(f"*{move}*" for move in moves)], ["---"] * (len(moves) + 1)]
    for state in states(life):
        becomes = [life.table.get((state, move)) for move in moves]
        lines.append([f"**{state}**", *(f"{after}" if after else "·" for after in becomes)])
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def states(life: Lifecycle[Any, Any]) -> list[StrEnum]:
    """All states, in the order of their words."""
    return _words_of(next(state for state, _ in life.table))


def _words_of(one: StrEnum) -> list[StrEnum]:
    return list(type(one))


def _follows() -> str:
    pairs = ", ".join(f"*{move}* → *{becomes}*" for move, becomes in SEAT_MOVES.items())
    return f"As its booking moves, a seat moves: {pairs}."
