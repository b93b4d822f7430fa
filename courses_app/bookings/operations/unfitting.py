"""What Stripe says and we can't act upon."""

from __future__ import annotations


class Unfitting(Exception):
    """Money that fits nothing we asked for; `reason` is a code that staff read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
