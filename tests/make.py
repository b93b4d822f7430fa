"""One typed builder: reaches every state through the operations, so that impossible data can't be built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, has_app_context

from courses_app.foundation import db as ground
from courses_app.foundation.db import transaction
from tests.accounts.making import MakeAccounts
from tests.bookings.making import MakeBookings
from tests.catalogue.making import MakeCatalogue
from tests.certificates.making import MakeCertificates
from tests.compliance.making import MakeCompliance
from tests.dispatches.making import MakeDispatches
from tests.payments.making import MakePayments
from tests.rosters.making import MakeRosters


class _Deed:
    def __init__(self, app: Flask) -> None:
        self.app = app

    @contextmanager
    def deed(self) -> Iterator[None]:
        """One transaction, inside the present application context or one of its own; a deed within another is part of
        it."""
        if has_app_context() and ground._writing.active:
            yield
        elif has_app_context():
            with transaction():
                yield
        else:
            with self.app.app_context(), transaction():
                yield


class Make(
    _Deed,
    MakeAccounts,
    MakeCatalogue,
    MakePayments,
    MakeRosters,
    MakeBookings,
    MakeCertificates,
    MakeCompliance,
    MakeDispatches,
):
    """`make.course()`, `make.run()`, … each commits; objects come back loaded and may be read afterwards."""
