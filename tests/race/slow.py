"""The same application, each booking of which takes a while and says when it has begun: to be ended meanwhile."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Flask, request

import courses_app

SECONDS = 0.4


def begun(app: Flask) -> int:
    """How many bookings a server of this kind has begun."""
    file = _file(app)
    return len(file.read_bytes()) if file.exists() else 0


def create_app() -> Flask:
    app = courses_app.create_app()

    def wait() -> None:
        if request.method == "POST" and request.path.endswith("/bookings"):
            with _file(app).open("ab") as file:
                file.write(b".")
            time.sleep(SECONDS)

    app.before_request(wait)
    return app


def _file(app: Flask) -> Path:
    return Path(app.instance_path) / "begun"
