"""Printing: here and now, or apart, where a renderer that hangs or eats memory can be stopped (R-30b)."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Final, Literal

from courses_app.foundation.papers import engine
from courses_app.foundation.papers.glyphs import GlyphMissing

Template = Literal[
    "admission_ticket", "certificate", "invoice", "notice_of_failure", "quote", "receipt", "return_invoice"
]

# Address space. Measured: an invoice of 60 lines on 8 pages is content with 300 MiB.
MEMORY_LIMIT: Final = 1024**3


_here: ContextVar[bool] = ContextVar("printing_here", default=False)


class PaperFailed(Exception):
    """A paper could not be made, for a reason nobody who typed something can mend (a fault, a time-out, no memory)."""


def render(template: Template, facts: Mapping[str, object], *, at: datetime) -> bytes:
    """The PDF of a paper, dated `at` (aware). Facts are a TypedDict of `papers.facts`; text in them is never markup.

    Raises `GlyphMissing` when a character has no glyph, `PaperFailed` for every other trouble. 10 ms, but typst and its
    memory (50 to 80 MiB) stay in the process: servers and the worker print apart.
    """
    try:
        return engine.typeset(template, json.dumps(facts, sort_keys=True), at)
    except engine.UnprintableError as unprintable:
        raise GlyphMissing(unprintable.characters) from unprintable
    except engine.TypesettingError as error:
        raise PaperFailed(str(error)) from error


@contextmanager
def printing_here() -> Iterator[None]:
    """Within, nothing is printed apart: for a command that prints many papers, one after the other, and then ends."""
    before = _here.set(True)
    try:
        yield
    finally:
        _here.reset(before)


def render_apart(
    template: Template,
    facts: Mapping[str, object],
    *,
    at: datetime,
    seconds: float = 20,
    memory: int = MEMORY_LIMIT,
) -> bytes:
    """The same bytes as `render`, made in a process of its own that is killed after `seconds` or beyond `memory` bytes.

    70 ms. Raises like `render`, and `PaperFailed` when the process was stopped.
    """
    if _here.get():
        return render(template, facts, at=at)
    order = {
        "template": template,
        "facts": json.dumps(facts, sort_keys=True),
        "at": at.isoformat(),
        "bytes": memory,
        "seconds": math.ceil(seconds) + 1,
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and file
            [sys.executable, "-I", engine.__file__],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=seconds,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PaperFailed(f"{template}: not ready after {seconds} s") from error
    if done.returncode == engine.UNPRINTABLE_EXIT:
        raise GlyphMissing(json.loads(done.stderr))
    if done.returncode != 0:
        raise PaperFailed(f"{template}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout
