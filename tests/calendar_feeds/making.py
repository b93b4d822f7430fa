"""Builds addresses of private feeds through their operations."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from courses_app.accounts.models import Account
from courses_app.calendar_feeds import operations
from courses_app.calendar_feeds.models import FeedPurpose
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session

if TYPE_CHECKING:
    from tests.accounts.making import Somebody


class MakeFeeds:
    """`make.feed(somebody, purpose)`: the path of a private feed."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def feed(self, somebody: Somebody, purpose: FeedPurpose, *, language: str = "ja") -> str:
        """The address's path, as it is shown once."""
        with self.deed():
            account = session.get_one(Account, somebody.account.id)
            token = operations.open_feed(account, purpose, language=language, by=SYSTEM, now=clock.now())
            return f"/feeds/{token}.ics"
