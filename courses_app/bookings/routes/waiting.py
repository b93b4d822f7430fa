"""A waiting party of the organization: its place in the line, its offers, and leaving."""

from __future__ import annotations

from flask import abort, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.bookings import operations, queries
from courses_app.bookings.models import WaitingParty
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.bookings.rules import PartyState, shown_status
from courses_app.foundation import clock
from courses_app.foundation.web import see_other, writes


@pages.get("/waiting/<reference>")
@coordinator
def party(reference: str) -> Answer:
    found = _own_party(reference)
    now = clock.now()
    place = queries.places_of([found]).get(found.id)
    served = found.shown_as in (PartyState.SERVED, "requested")
    dates = [] if served else queries.other_dates(found.run.reference, now=now)
    so_far = [(one, shown_status(one.status, one.hold_until, now=now)) for one in found.offers]
    return render_template(
        "bookings/party.html",
        party=found,
        place=place,
        offers=found.open_offers(now=now),
        so_far=so_far,
        dates=dates,
        list=queries.list_of(party=found),
    )


@pages.post("/waiting/<reference>/leaving")
@writes
@coordinator
def leave(reference: str) -> Answer:
    operations.leave_waiting_list(party=_own_party(reference), by=current_actor(), now=clock.now())
    flash(_("You are no longer on the waiting list."), "success")
    return see_other("bookings.party", reference=reference)


def _own_party(reference: str) -> WaitingParty:
    """The party, if it is the signed-in organization's; else 404, as if it were not there (S-20)."""
    return queries.party_of(current_organization(), reference) or abort(404)
