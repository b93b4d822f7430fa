"""The words on the buttons, in the language of whoever walks through the pages."""

from __future__ import annotations

from functools import cache

from courses_app.foundation import catalogues


class Words:
    """`words("Sign in")` is what the button says in this language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, message: str, context: str | None = None) -> str:
        return message if self.language == "en" else _japanese().get((context, message), message)


@cache
def _japanese() -> dict[tuple[str | None, str], str]:
    return {
        (message.context, str(message.id)): str(message.string)
        for room in catalogues.rooms()
        for message in catalogues.translated(room)
        if message.id and isinstance(message.string, str) and message.string
    }
