"""Builds requests through the operations of the room."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from courses_app.accounts.models import Organization, Person
from courses_app.dispatches import imports, operations, queries
from courses_app.dispatches.models import Dispatch, Service
from courses_app.dispatches.rules import (
    DispatchFacts,
    Place,
    PlannedMeeting,
    QuotedLine,
    QuoteFacts,
    TimeOfDay,
    Wished,
)
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.clock import JST
from courses_app.foundation.db import session
from courses_app.foundation.references import new_token
from courses_app.foundation.yen import TaxCategory, Yen

if TYPE_CHECKING:
    from tests.accounts.making import Coordinator

NINE, NOON = time(9, 0), time(12, 0)


def asked(**changes: Any) -> DispatchFacts:
    """A briefing for 24 people at their premises, forty days from now."""
    facts: dict[str, Any] = {
        "subject": "育成就労制度の説明会", "place": Place.PREMISES, "heads": 24, "language": "ja",
        "wishes": (Wished(clock.today() + timedelta(days=40), TimeOfDay.MORNING),),
        "place_name": "協同組合会館 大会議室", "postal_code": "105-0003", "prefecture": "13",
        "address": "東京都港区西新橋99丁目9番9号", "words": "通訳は不要です。", **changes,
    }  # fmt: skip
    return DispatchFacts(**facts)


def offered(**changes: Any) -> QuoteFacts:
    """An instructor's fee and travel, ¥75,000 together, on the wished day in the morning, valid for two weeks."""
    on = clock.today() + timedelta(days=40)
    meeting = PlannedMeeting(datetime.combine(on, NINE, tzinfo=JST), datetime.combine(on, NOON, tzinfo=JST))
    facts: dict[str, Any] = {
        "lines": (
            QuotedLine("講師料", 1, Yen(66_000), TaxCategory.TAXABLE_10),
            QuotedLine("交通費", 2, Yen(4_500), TaxCategory.TAXABLE_10),
        ),
        "meetings": (meeting,), "valid_until": clock.today() + timedelta(days=14), "capacity": 24, **changes,
    }  # fmt: skip
    return QuoteFacts(**facts)


class MakeDispatches:
    """`make.service()`, `make.requested()`, `make.quoted()`, `make.accepted()`, `make.planned()`."""

    def deed(self) -> AbstractContextManager[None]:  # given by Make
        raise NotImplementedError

    def issuer(self) -> None:  # given by MakePayments
        raise NotImplementedError

    def course(self, code: str = "SUP") -> Any:  # given by MakeCatalogue
        raise NotImplementedError

    def coordinator(self, organization: Organization | None = None) -> Coordinator:  # given by MakeAccounts
        raise NotImplementedError

    def service(self, code: str = "briefing") -> Service:
        """A service of the data file."""
        self.issuer()
        self.course()
        with self.deed():
            imports.load(by=SYSTEM, now=clock.now())
            found = queries.service_by_code(code)
        assert found is not None
        return found

    def requested(
        self, somebody: Coordinator | None = None, *, service: str = "briefing", form_token: str = "", **changes: Any
    ) -> Dispatch:
        """A request that waits for us."""
        kind, somebody = self.service(service), somebody or self.coordinator()
        with self.deed():
            made = operations.ask_for(
                organization=session.get_one(Organization, somebody.organization.id),
                service=session.get_one(Service, kind.id), facts=asked(**changes), form_token=form_token or new_token(),
                asked_by=session.get_one(Person, somebody.person.id), mail_language="ja", by=SYSTEM, now=clock.now(),
            )  # fmt: skip
        return self.dispatch(made)

    def quoted(self, somebody: Coordinator | None = None, *, now: datetime | None = None, **changes: Any) -> Dispatch:
        """A request with a quote that stands."""
        made = self.requested(somebody)
        with self.deed():
            operations.make_quote(dispatch=made, facts=offered(**changes), by=SYSTEM, now=now or clock.now())
        return self.dispatch(made)

    def accepted(self, somebody: Coordinator | None = None, **changes: Any) -> Dispatch:
        """A quote that was accepted: it has its invoice and the draft of its run."""
        made = self.quoted(somebody, **changes)
        with self.deed():
            operations.accept(dispatch=made, number=1, by=SYSTEM, now=clock.now())
        return self.dispatch(made)

    def planned(self, somebody: Coordinator | None = None, **changes: Any) -> Dispatch:
        """The same with its plan confirmed: the run stands, privately."""
        made = self.accepted(somebody, **changes)
        with self.deed():
            operations.plan(dispatch=made, by=SYSTEM, now=clock.now())
        return self.dispatch(made)

    def dispatch(self, made: Dispatch) -> Dispatch:
        """The request whole, as it stands now."""
        with self.deed():
            session.expire_all()
            found = queries.dispatch_for_office(made.reference)
        assert found is not None
        return found
