"""What templates may use: filters for days, money and bilingual data, the asset addresses, the language switch."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, g
from flask.templating import Environment
from flask_babel import gettext as _
from flask_babel import ngettext
from jinja2 import StrictUndefined

from courses_app.foundation.clock import JST, end_of, last_day_of
from courses_app.foundation.wording import Wording, reader_language
from courses_app.foundation.yen import Yen

WEEKDAYS_JA = "月火水木金土日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December")  # fmt: skip
MINUTES_AN_HOUR = 60


class OneSetOfGlobals(Environment):
    """No template of ours has globals of its own, so all share the environment's as they are.

    At every import Jinja compares them name by name through a chain of two mappings: a twentieth of a page's time.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def prepare(app: Flask) -> None:
    """Strict templates with the house's filters."""
    app.jinja_environment = OneSetOfGlobals
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    for name, function in FILTERS.items():
        app.jinja_env.filters[name] = function
    app.context_processor(_globals)
    Wording().prepare(app)


def _globals() -> dict[str, Any]:
    return {
        "locale": locale(),
        "errors": None,
        "inquiry_number": g.get("request_id", "-"),
        "development": not current_app.config["SETTINGS"].production,
    }


def locale() -> str:
    """`ja` or `en`."""
    return "en" if reader_language() == "en" else "ja"


def yen(amount: Yen) -> str:
    """¥11,500"""
    return f"−¥{-amount:,}" if amount < 0 else f"¥{amount:,}"


def yen_incl(amount: Yen) -> str:
    """¥11,500（税込）"""
    return str(_("%(amount)s (tax included)", amount=yen(amount)))


def day(value: date | datetime | None) -> str:
    """2026年12月1日（火） / Tue 1 December 2026"""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(JST).date()
    if locale() == "en":
        return f"{WEEKDAYS_EN[value.weekday()]} {value.day} {MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月{value.day}日（{WEEKDAYS_JA[value.weekday()]}）"


def clock_time(value: datetime) -> str:
    """9:00 in Tokyo."""
    local = value.astimezone(JST)
    return f"{local.hour}:{local.minute:02}"


def instant(value: datetime | None) -> str:
    """2026年12月1日（火）9:00"""
    if value is None:
        return "—"
    return f"{day(value)}{' ' if locale() == 'en' else ''}{clock_time(value)}"


def until_words(value: datetime) -> str:
    """The last day, where it ends with one; else the instant."""
    last = last_day_of(value)
    return day(last) if end_of(last) == value else instant(value)


def period(starts_at: datetime, ends_at: datetime) -> str:
    """2026年12月1日（火）9:00〜17:00; both days are named when they differ."""
    dash = "–" if locale() == "en" else "〜"
    same_day = starts_at.astimezone(JST).date() == ends_at.astimezone(JST).date()
    return f"{instant(starts_at)}{dash}{clock_time(ends_at) if same_day else instant(ends_at)}"


def minutes(value: int) -> str:
    """6時間, 5時間30分, 45分"""
    hours, rest = divmod(value, MINUTES_AN_HOUR)
    if not hours:
        return str(ngettext("%(num)d minute", "%(num)d minutes", rest))
    if not rest:
        return str(ngettext("%(num)d hour", "%(num)d hours", hours))
    return str(_("%(hours)d h %(minutes)d min", hours=hours, minutes=rest))


def local(thing: Any, name: str) -> str:
    """The text of a bilingual pair of columns (or keys) in the reader's language; Japanese where English is empty."""
    wanted = f"{name}_{locale()}"
    if isinstance(thing, dict):
        return str(thing.get(wanted) or thing.get(f"{name}_ja") or "")
    return str(getattr(thing, wanted) or getattr(thing, f"{name}_ja") or "")


def paragraphs(value: str) -> list[str]:
    """The paragraphs of a text, split at empty lines."""
    return [part.strip() for part in value.split("\n\n") if part.strip()]


def to_json(value: Any) -> str:
    """Plain JSON for a data attribute (escaped by the template)."""
    return json.dumps(value, ensure_ascii=False)


FILTERS = {
    "yen": yen, "yen_incl": yen_incl, "day": day, "instant": instant, "period": lambda pair: period(*pair),
    "until": until_words, "clock_time": clock_time, "minutes": minutes, "local": local, "paragraphs": paragraphs,
    "to_json": to_json,
}  # fmt: skip
