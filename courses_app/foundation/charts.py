"""Stacked columns for an SVG of a page: where everything stands is reckoned here, pages only draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 360
LEFT, RIGHT, TOP, BOTTOM = 90, 10, 14, 34  # room for the words beside the columns
GAP = 0.3  # between two columns, of their width
MOST_LABELS = 13


@dataclass(frozen=True)
class Part:
    """One piece of a column, of the series with this place; `words` say what it stands for."""

    x: float
    y: float
    width: float
    height: float
    series: int
    words: str


@dataclass(frozen=True)
class Chart:
    """Everything to draw: pieces, lines across at round amounts, and what stands under the columns."""

    width: int
    height: int
    left: int
    right: int
    parts: list[Part]
    lines: list[tuple[float, int]]  # height, amount
    labels: list[tuple[float, str]]  # middle of the column, words
    zero: float


def stacked(columns: Sequence[tuple[str, Sequence[int]]], words: Sequence[Sequence[str]]) -> Chart:
    """Columns of amounts, one of each series, stacked up from zero, what is below zero down from it.

    `words` say each amount in full, for whoever points at it.
    """
    highest = max((_side(amounts, 1) for _, amounts in columns), default=0)
    lowest = min((_side(amounts, -1) for _, amounts in columns), default=0)
    step = round_step(max(highest, -lowest, 1))
    top, bottom = -(-highest // step) * step or step, lowest // step * step
    scale = (HEIGHT - TOP - BOTTOM) / (top - bottom)
    zero = TOP + top * scale
    room = (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    parts = [
        part
        for place, (_, amounts) in enumerate(columns)
        for part in _pieces(amounts, words[place], x=LEFT + room * (place + GAP / 2), width=room * (1 - GAP),
                            zero=zero, scale=scale)
    ]  # fmt: skip
    every = -(-len(columns) // MOST_LABELS) or 1
    labels = [(LEFT + room * (place + 0.5), name) for place, (name, _) in enumerate(columns) if place % every == 0]
    lines = [(round(zero - amount * scale, 1), amount) for amount in range(bottom, top + 1, step)]
    return Chart(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, parts, lines, labels, round(zero, 1))


def round_step(most: int) -> int:
    """The distance of the lines: 1, 2 or 5 with noughts, four to eight of them up to `most`."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 8 >= most:
                return step * factor
        step *= 10


def _side(amounts: Sequence[int], sign: int) -> int:
    return sum(amount for amount in amounts if amount * sign > 0)


def _pieces(
    amounts: Sequence[int], words: Sequence[str], *, x: float, width: float, zero: float, scale: float
) -> list[Part]:
    above = below = zero
    pieces = []
    for series, amount in enumerate(amounts):
        height = abs(amount) * scale
        if amount > 0:
            above -= height
        if amount:
            y = above if amount > 0 else below
            pieces.append(Part(round(x, 1), round(y, 1), round(width, 1), round(height, 1), series, words[series]))
        if amount < 0:
            below += height
    return pieces
