"""Accounts and what they may do, as the office sees them."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts import operations
from courses_app.accounts.admin_routes.blueprint import Answer, pages
from courses_app.accounts.forms.office import AccountFilter, RoleForm
from courses_app.accounts.guards import current_account, current_actor, staff
from courses_app.accounts.models import Account
from courses_app.accounts.queries import office
from courses_app.accounts.rules.labels import ACCESS_ROLES, ACCOUNT_STATES, account_state
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.foundation.web import see_other, writes


@pages.get("/office/accounts")
@staff
def accounts() -> Answer:
    wanted = AccountFilter(request.args)
    page = office.accounts(wanted.wanted(), page=page_number(request.args.get("page")))
    return render_template("accounts/office/accounts.html", filter=wanted, page=page, roles=ACCESS_ROLES)


@pages.get("/office/accounts.csv")
@staff
def accounts_file() -> Response:
    header = [_("E-mail address"), _("Full name"), _("Access rights"), _("State"), _("Account reference")]
    rows = (_cells(account) for account in office.all_accounts(AccountFilter(request.args).wanted()))
    return csv_response("accounts.csv", header, rows)


@pages.get("/office/accounts/<reference>")
@staff
def account(reference: str) -> Answer:
    return render_template("accounts/office/account.html", account=_account(reference), roles=ACCESS_ROLES)


@pages.post("/office/accounts/<reference>/roles")
@writes
@staff
def grant_role(reference: str) -> Response:
    form, found = RoleForm(), _account(reference)
    if not form.validate():
        abort(400)
    operations.grant_role(found, form.role.data, by=current_actor(), now=clock.now())
    return _done(found, _("Access is granted."))


@pages.post("/office/accounts/<reference>/roles/withdrawal")
@writes
@staff
def withdraw_role(reference: str) -> Response:
    form, found = RoleForm(), _account(reference)
    if not form.validate():
        abort(400)
    operations.withdraw_role(found, form.role.data, own=current_account(), by=current_actor(), now=clock.now())
    return _done(found, _("Access is withdrawn."))


@pages.post("/office/accounts/<reference>/closing")
@writes
@staff
def close_account(reference: str) -> Response:
    found = _account(reference)
    operations.close_account(found, own=current_account(), by=current_actor(), now=clock.now())
    return _done(found, _("The account is closed, and signed out everywhere."))


@pages.post("/office/accounts/<reference>/reopening")
@writes
@staff
def reopen_account(reference: str) -> Response:
    found = _account(reference)
    operations.reopen_account(found, by=current_actor(), now=clock.now())
    return _done(found, _("The account is open again."))


def _cells(account: Account) -> list[object]:
    state = account_state(active=account.active, confirmed=account.confirmed_at is not None)
    return [
        account.email,
        account.person.full_name if account.person else "",
        ", ".join(str(ACCESS_ROLES[role.name]) for role in account.roles),
        ACCOUNT_STATES[state],
        account.reference,
    ]


def _account(reference: str) -> Account:
    return office.account(reference) or abort(404)


def _done(found: Account, message: str) -> Response:
    flash(message, "success")
    return see_other("accounts_admin.account", reference=found.reference)
