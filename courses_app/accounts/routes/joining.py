"""An organization joins."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask_babel import gettext as _

from courses_app.accounts import operations, queries
from courses_app.accounts.forms.organizations import JoinForm
from courses_app.accounts.guards import current_account, current_actor, signed_in
from courses_app.accounts.routes.blueprint import Answer, pages
from courses_app.accounts.rules.people import AlreadyCoordinator
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import writes


@pages.get("/organization/new")
@signed_in
def join() -> Answer:
    if queries.coordinates(current_account()):
        return redirect("/organization")
    return _page(JoinForm(obj=current_account().person))


@pages.post("/organization/new")
@writes
@signed_in
def create_organization() -> Answer:
    form, account = JoinForm(), current_account()
    if not form.validate() or form.doubts_number():
        return _page(form), 422
    me = form.coordinator(account.email)
    facts = form.facts(contact_name=f"{me.family_name} {me.given_name}".strip(), contact_email=account.email)
    try:
        operations.join(account=account, person=me, organization=facts, by=current_actor(), now=clock.now())
    except AlreadyCoordinator:  # pressed twice: the first press has done it
        return redirect("/organization", code=303)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    flash(_("Your organization is registered. You can book courses now."), "success")
    return redirect("/organization", code=303)


def _page(form: JoinForm) -> str:
    return render_template("accounts/join.html", form=form, knows_me=current_account().person is not None)
