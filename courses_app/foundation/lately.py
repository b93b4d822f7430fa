"""Answers that may be some seconds old: asked once and remembered for a moment by each process.

Only for what informs, never for what decides: a seat is given under a lock, whatever a page said of it before.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Lately(Generic[Answer]):
    """The oldest answer goes first; an answer must be a value that nobody changes."""

    def __init__(self, *, seconds: float, most: int = 512) -> None:
        self.seconds, self.most = seconds, most
        self._answers: OrderedDict[Hashable, tuple[float, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def asked(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """The answer of the last `seconds`, else the one that `ask` gives now."""
        since = time.monotonic()
        with self._lock:
            known = self._answers.get(key)
        if known is not None and since - known[0] < self.seconds:
            return known[1]
        answer = ask()
        with self._lock:
            self._answers[key] = since, answer  # the age counts from before the question
            self._answers.move_to_end(key)
            while len(self._answers) > self.most:
                self._answers.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Know nothing any more."""
        with self._lock:
            self._answers.clear()
