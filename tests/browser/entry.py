"""The application as its command line finds it (`flask --app tests.browser.entry …`), with a clock the test can move.

The file named by TEST_CLOCK says how many seconds the clock is ahead. Everything else is the real thing.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

import courses_app
from courses_app.foundation import clock

AHEAD = Path(os.environ["TEST_CLOCK"])


def now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=int(AHEAD.read_text()))


def create_app() -> Flask:
    clock.now = now
    return courses_app.create_app()
