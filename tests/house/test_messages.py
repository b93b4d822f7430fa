"""Japanese and English are complete: no message without its Japanese, and one Japanese for one English (D-24)."""

from __future__ import annotations

import re

import pytest

from courses_app.foundation import catalogues

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.mark.parametrize("room", catalogues.rooms())
def test_d24_every_message_has_its_japanese(room: str) -> None:
    missing, strange = [], []
    for message in catalogues.update(room):
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(strings):
            missing.append(message.id)
        elif any(set(PLACEHOLDER.findall(str(text))) - _placeholders(message.id) for text in strings):
            strange.append(message.id)
    assert missing == [], f"run `make messages` and translate {room}"
    assert strange == [], "a translation names a value its message does not have"


def _placeholders(identity: object) -> set[str]:
    texts = identity if isinstance(identity, tuple | list) else (identity,)
    return {name for text in texts for name in PLACEHOLDER.findall(str(text))}


@pytest.mark.parametrize("room", catalogues.rooms())
def test_no_translation_is_left_of_a_message_that_is_gone(room: str) -> None:
    present = {(message.id, message.context) for message in catalogues.extract(room) if message.id}
    kept = {(message.id, message.context) for message in catalogues.translated(room) if message.id}
    assert kept <= present, f"run `make messages`: {kept - present}"


def test_one_english_has_one_japanese_in_the_whole_house() -> None:
    said: dict[tuple[object, object], tuple[str, object]] = {}
    for room in catalogues.rooms():
        for message in catalogues.translated(room):
            if not message.id or not message.string:
                continue
            key = (str(message.id), message.context)
            first_room, first = said.setdefault(key, (room, message.string))
            assert first == message.string, f"{message.id!r}: {first_room} says {first!r}, {room} {message.string!r}"
