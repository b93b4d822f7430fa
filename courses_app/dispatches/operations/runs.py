"""The private run of an accepted quote, as a draft that staff look at before it stands."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from courses_app.catalogue import operations as catalogue
from courses_app.catalogue import queries
from courses_app.catalogue.models import CourseRun, Venue
from courses_app.catalogue.rules import Delivery, MeetingPlan, RunPlan, VenueFacts, fingerprint
from courses_app.dispatches.models import Dispatch, Quote
from courses_app.dispatches.rules import Place
from courses_app.foundation import matters
from courses_app.foundation.audit import Actor
from courses_app.foundation.clock import JST, day_of
from courses_app.foundation.yen import Yen

CLASH = "dispatch_clash"  # the matter of an accepted plan for which an instructor or a place is taken meanwhile
BOOKING_ENDS = time(17, 0)


def run_of(dispatch: Dispatch, quote: Quote, *, by: Actor, now: datetime) -> CourseRun:
    """The draft; what is taken meanwhile does not stop the organization, but is put before the office."""
    venue = _venue(dispatch, quote, by=by, now=now) if dispatch.place is Place.PREMISES else None
    plan = _plan(dispatch, quote, venue, now=now)
    clashes = queries.clashes_of(plan)
    run = catalogue.plan_run(plan, by=by, now=now, clashes_seen=fingerprint(clashes))
    if clashes:
        matters.open_matter(kind=CLASH, subject=("dispatch", dispatch.reference), now=now, by=by)
    return run


def _venue(dispatch: Dispatch, quote: Quote, *, by: Actor, now: datetime) -> Venue:
    """The organization's own place, among our venues until the day after."""
    assert dispatch.prefecture_code is not None  # held by `check_dispatch`
    name = dispatch.place_name or dispatch.organization.name
    facts = VenueFacts(
        name_ja=name, name_en=name, prefecture_code=dispatch.prefecture_code, postal_code=dispatch.postal_code,
        address_ja=dispatch.address, address_en=dispatch.address, access_ja="", access_en="",
        capacity=quote.capacity, closed_on=day_of(quote.meetings[-1].starts_at) + timedelta(days=1),
    )  # fmt: skip
    return catalogue.add_venue(facts, code=dispatch.reference.lower(), by=by, now=now)


def _plan(dispatch: Dispatch, quote: Quote, venue: Venue | None, *, now: datetime) -> RunPlan:
    starts_at = quote.meetings[0].starts_at
    evening_before = datetime.combine(day_of(starts_at) - timedelta(days=1), BOOKING_ENDS, tzinfo=JST)
    return RunPlan(
        course=dispatch.taught.code,
        delivery=Delivery.VENUE if venue else Delivery.ONLINE,
        venue=venue.code if venue else None,
        language=dispatch.language,
        capacity=quote.capacity,
        booking_opens_at=now,
        booking_closes_at=evening_before if evening_before > now else starts_at,
        meetings=tuple(
            MeetingPlan(
                starts_at=one.starts_at, ends_at=one.ends_at, title_ja=dispatch.subject, title_en=dispatch.subject,
                net_minutes=int((one.ends_at - one.starts_at).total_seconds()) // 60,
                instructor=quote.instructor.reference if quote.instructor else None,
            )
            for one in quote.meetings
        ),
        price_general=Yen(0),
        price_member=Yen(0),
        private=True,
        organization=dispatch.organization.reference,
    )  # fmt: skip
