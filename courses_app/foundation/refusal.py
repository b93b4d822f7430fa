"""How the product says no."""

from __future__ import annotations


class Refusal(Exception):
    """A rule of the business says no. Subclasses are named after what happened and live beside their rule.

    `message` is a sentence for people, already translatable, that says what to do. `field` names the form field it
    concerns, if any; without one the door shows a page with status `status`.
    """

    status = 409

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)
