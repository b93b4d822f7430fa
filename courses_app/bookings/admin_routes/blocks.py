"""Seats of a run that the office keeps for a purpose."""

from __future__ import annotations

from flask import abort, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, any_run, pages
from courses_app.bookings.forms import BlockForm
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.web import see_other, writes


@pages.get("/office/runs/<reference>/blocks")
@staff
def blocks(reference: str) -> Answer:
    return _page(reference, BlockForm(formdata=None))


def _page(reference: str, form: BaseForm) -> str:
    run, now = any_run(reference), clock.now()
    kept, released = queries.blocks_of(run, now=now)
    room = queries.room_of(run, now=now)
    return render_template("bookings/blocks.html", run=run, form=form, room=room, kept=kept, released=released)


@pages.post("/office/runs/<reference>/blocks")
@refusals_on(BlockForm, _page)
@writes
@staff
def block(reference: str) -> Answer:
    form = BlockForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.block_seats(
        run=any_run(reference), seats=form.seats.data or 0, purpose=form.purpose.data or "",
        until_at=form.until_at, by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("The seats are kept. Nobody can book them."), "success")
    return see_other("bookings_admin.blocks", reference=reference)


@pages.post("/office/blocks/<reference>/release")
@writes
@staff
def release(reference: str) -> Answer:
    found = queries.block_by_reference(reference) or abort(404)
    operations.release_block(block=found, by=current_actor(), now=clock.now())
    flash(_("The seats are free again; those who wait are served first."), "success")
    return see_other("bookings_admin.blocks", reference=found.run.reference)
