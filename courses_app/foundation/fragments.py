"""Pieces of pages kept by their facts: a line of a list that says the same as last time is not written again.

The facts are the key (frozen values with everything the piece shows), so a piece can never be out of date.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from flask import Flask
from markupsafe import Markup

from courses_app.foundation.templating import locale

KEPT = 4096  # pieces of about 1.5 KB: at most some 6 MB a process


class Fragments:
    """The least recently used piece goes first."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def kept(self, name: str, write: Callable[..., Markup], *facts: Hashable) -> Markup:
        """`{{ kept("room.piece", macro, fact, …) }}`: what `macro(fact, …)` writes, in the reader's language.

        The macro may show nothing but its facts (and addresses made of them); `name` is its name in the whole house.
        """
        key = (name, locale(), facts)
        with self._lock:
            if (piece := self._pieces.get(key)) is not None:
                self._pieces.move_to_end(key)
                return piece
        piece = Markup(write(*facts))
        with self._lock:
            self._pieces[key] = piece
            while len(self._pieces) > KEPT:
                self._pieces.popitem(last=False)
        return piece


def prepare(app: Flask) -> None:
    app.jinja_env.globals["kept"] = Fragments().kept
