"""Stripe's way of saying no."""

from __future__ import annotations

from typing import Any


class Fault(Exception):
    """An error answer: HTTP status, and the fields of Stripe's `error` object."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"error": {"message": message, "type": kind}}
        if code is not None:
            self.body["error"]["code"] = code
        if param is not None:
            self.body["error"]["param"] = param


def not_there(kind: str, object_id: str, param: str = "id") -> Fault:
    return Fault(f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param)
