"""All the server knows: in memory behind one lock, and in one JSON file if it is to outlive a restart."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .moods import Moods, parsed
from .objects import Json

KEYS_KEPT = 24 * 3600  # seconds a key remembers its answer


@dataclass
class Delivery:
    """One copy of an event on its way: waiting → sending → delivered, or back to waiting, or given_up."""

    id: str
    event: str
    type: str
    due_at: float
    state: str = "waiting"
    attempts: list[Json] = field(default_factory=list)


@dataclass
class Answer:
    """What a key remembers: the request it belongs to, and what was answered."""

    path: str
    fingerprint: str
    status: int
    body: Json
    request_id: str
    at: float


class Store:
    """Use it inside `turn()` only: one thread at a time, saved at the end, everyone who waits is woken."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.changed = threading.Condition()
        self.dirty = False
        self.clear()
        if path is not None and path.exists():
            self._load(path)

    def clear(self) -> None:
        """As new: nothing sold, good behaviour, the right time."""
        self.objects: dict[str, Json] = {}
        self.details: dict[str, Json] = {}  # of a session: its lines, and the data for its payment intent
        self.answers: dict[str, Answer] = {}
        self.deliveries: list[Delivery] = []
        self.moods = Moods()
        self.clock_offset = 0.0
        self.next_expiry = math.inf
        self.dirty = True

    @contextmanager
    def turn(self) -> Iterator[Store]:
        with self.changed:
            try:
                yield self
            finally:
                if self.dirty:
                    self.changed.notify_all()
                    self._save()
                    self.dirty = False

    def now(self) -> float:
        return time.time() + self.clock_offset

    def put(self, *objects: Json) -> None:
        """Keep these; also to be called after changing one that is kept."""
        for one in objects:
            self.objects[one["id"]] = one
        self.dirty = True

    def kind(self, name: str) -> list[Json]:
        """All objects of one kind, newest first."""
        return [one for one in reversed(self.objects.values()) if one["object"] == name]

    def spend(self, mood: str) -> bool:
        """Whether this counted mood strikes now; it then has one strike less."""
        left: int = getattr(self.moods, mood)
        if left:
            self.moods = parsed(self.moods.to_dict() | {mood: left - 1})
        return left > 0

    def recall(self, key: str) -> Answer | None:
        found = self.answers.get(key)
        return found if found is not None and found.at > self.now() - KEYS_KEPT else None

    def remember(self, key: str, answer: Answer) -> None:
        """Keep the answer, and drop those a day old (the oldest stand first)."""
        self.answers.pop(key, None)
        self.answers[key] = answer
        while (oldest := next(iter(self.answers))) != key and self.recall(oldest) is None:
            del self.answers[oldest]
        self.dirty = True

    def _save(self) -> None:
        if self.path is None:
            return
        kept = {
            "objects": self.objects,
            "details": self.details,
            "answers": {key: asdict(answer) for key, answer in self.answers.items()},
            "deliveries": [asdict(one) for one in self.deliveries],
            "clock_offset": self.clock_offset,
        }
        part = self.path.with_name(f"{self.path.name}.part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(kept, file, ensure_ascii=False)
        part.replace(self.path)

    def _load(self, path: Path) -> None:
        """What the file holds; one that cannot be read (of an older version, say) is put aside, and we start anew."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.objects, self.details = kept["objects"], kept["details"]
            self.answers = {key: Answer(**answer) for key, answer in kept["answers"].items()}
            self.deliveries = [Delivery(**one) for one in kept["deliveries"]]
            self.clock_offset = float(kept["clock_offset"])
        except (ValueError, KeyError, TypeError, AttributeError):
            self.clear()
            path.replace(path.with_name(f"{path.name}.unreadable"))
        for one in self.deliveries:
            one.state = "waiting" if one.state == "sending" else one.state
        self.next_expiry = 0  # look at once what ran out meanwhile
