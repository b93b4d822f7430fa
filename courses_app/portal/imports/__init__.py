"""The demonstration: an inhabited product, dated around the day of seeding. Everything in it was done by the rooms' own
operations, at the time it was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import current_app

from courses_app.accounts.queries import account_of_email
from courses_app.foundation.papers import printing_here
from courses_app.portal.imports.cast import Cast, demo_data
from courses_app.portal.imports.play import play

__all__ = ["DemonstrationRefused", "load_demonstration"]


class DemonstrationRefused(Exception):
    """The demonstration data has no place here; the message says why."""


def load_demonstration(*, clock: Callable[[], datetime]) -> bool:
    """Load it once; False if it is there already.

    Raises DemonstrationRefused in production, and where an earlier seeding ended half-way.
    """
    if current_app.config["SETTINGS"].production:
        raise DemonstrationRefused("The demonstration data is never loaded in production.")
    data = demo_data()
    if all(account_of_email(one["email"]) for one in data["sign_ins"]):
        return False
    cast = Cast(data)
    if cast.has_begun():
        raise DemonstrationRefused("An earlier seeding was interrupted: delete the database, then start again.")
    with printing_here():
        play(cast, now=clock())
    return True
