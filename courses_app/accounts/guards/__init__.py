"""Who may pass a door. Every view carries exactly one of these, or `foundation.web.public`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import abort, g
from flask_login import current_user

from courses_app.accounts.guards.late_forms import sign_in_first
from courses_app.accounts.models import Account, Membership, Organization, Person
from courses_app.accounts.queries import coordinated_membership
from courses_app.foundation.audit import ANONYMOUS, Actor, ActorKind

__all__ = [
    "coordinator", "current_account", "current_actor", "current_organization", "current_person", "instructor",
    "membership_of", "sign_in_first", "signed_in", "staff",
]  # fmt: skip

P = ParamSpec("P")


def signed_in(view: Callable[P, Any]) -> Callable[P, Any]:
    """Anyone with an account."""
    return _guard(view, "signed_in", lambda _account: True)


def coordinator(view: Callable[P, Any]) -> Callable[P, Any]:
    """A coordinator of an organization; `current_organization()` is theirs."""
    return _guard(view, "coordinator", lambda account: membership_of(account) is not None)


def instructor(view: Callable[P, Any]) -> Callable[P, Any]:
    """Somebody who teaches; whether they teach this run is for the query to say (not theirs: 404)."""
    return _guard(view, "instructor", lambda account: account.has_role("instructor"))


def staff(view: Callable[P, Any]) -> Callable[P, Any]:
    """The institution's staff."""
    return _guard(view, "staff", lambda account: account.has_role("staff"))


def current_account() -> Account:
    """The signed-in account; only behind a guard."""
    if not current_user.is_authenticated:
        abort(404)
    account: Account = current_user._get_current_object()
    return account


def current_person() -> Person:
    """The signed-in person; only behind a guard."""
    person = current_account().person
    if person is None:
        abort(404)
    return person


def current_organization() -> Organization:
    """The organization the signed-in person coordinates; only behind `coordinator`."""
    membership = membership_of(current_account())
    if membership is None:
        abort(404)
    return membership.organization


def reading_organization() -> Organization | None:
    """The organization the reader coordinates, on pages that are for everybody."""
    membership = membership_of(current_account()) if current_user.is_authenticated else None
    return membership.organization if membership else None


def current_actor() -> Actor:
    """Who acts, for the audit."""
    if not current_user.is_authenticated:
        return ANONYMOUS
    person = current_account().person
    if person is None:
        return Actor(ActorKind.PERSON, None, current_account().email)
    return Actor(ActorKind.PERSON, person.id, person.full_name)


def membership_of(account: Account) -> Membership | None:
    """The membership the reader's account coordinates; found with the sign-in, or asked once a request."""
    if "membership" not in g:
        g.membership = coordinated_membership(account.person_id) if account.person_id else None
    found: Membership | None = g.membership
    return found


def _guard(view: Callable[P, Any], access: str, passes: Callable[[Account], bool]) -> Callable[P, Any]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not current_user.is_authenticated:
            return sign_in_first()
        if not passes(current_account()):
            abort(404)  # the same as not there
        return view(*args, **kwargs)

    guarded.access = access  # type: ignore[attr-defined]  # read by tests/house and the access matrix
    return guarded
