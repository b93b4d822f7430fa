"""What every page's frame needs: where one can go, who is signed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from courses_app.accounts.guards import membership_of
from courses_app.accounts.models import Account

Place = tuple[str, LazyString]

EVERYBODY: tuple[Place, ...] = (
    ("catalogue.courses", _l("Courses and seminars")),
    ("portal.runs", _l("Timetable")),
    ("portal.finder", _l("Which course do I need?")),
    ("dispatches.services", _l("Services on request")),
    ("certificates.verify", _l("Verify a certificate")),
)
COORDINATOR: tuple[Place, ...] = (("portal.organization", _l("My organization")),)
PERSON: tuple[Place, ...] = (("portal.me", _l("My page")),)
INSTRUCTOR: tuple[Place, ...] = (("rosters.teaching", _l("My teaching")),)
STAFF: tuple[Place, ...] = (("office.today", _l("Office")),)
OFFICE: tuple[Place, ...] = (
    ("office.today", _l("Today")),
    ("office.search", _l("Search")),
    ("catalogue_admin.runs", _l("Course runs")),
    ("bookings_admin.bookings", _l("Bookings")),
    ("dispatches_admin.dispatches", _l("Requests")),
    ("bookings_admin.payments", _l("Payments")),
    ("payments_admin.receivables", _l("Books")),
    ("certificates_admin.certificates", _l("Certificates")),
    ("accounts_admin.organizations", _l("Organizations")),
    ("accounts_admin.people", _l("People")),
    ("catalogue_admin.courses", _l("Courses and fees")),
    ("bookings_admin.vouchers", _l("Voucher codes")),
    ("catalogue_admin.venues", _l("Venues")),
    ("compliance_admin.requirements", _l("Roles and requirements")),
    ("office.reports", _l("Reports")),
    ("office.outbox", _l("Outgoing mail")),
    ("accounts_admin.accounts", _l("Accounts")),
    ("office.audit", _l("Audit trail")),
)
FOOTER: tuple[Place, ...] = (
    ("portal.legal_notice", _l("Notice under the Act on Specified Commercial Transactions")),
    ("portal.privacy", _l("Privacy")),
    ("portal.accessibility", _l("Accessibility")),
)


@dataclass(frozen=True)
class Section:
    """One entry of a navigation; `current` where the reader is in it. Its address says which it is."""

    href: str
    label: LazyString = field(compare=False)
    current: bool


def prepare(app: Flask) -> None:
    """Give the layouts their navigation and the name of who is signed in."""
    app.jinja_env.globals.update(navigation=navigation, office_navigation=office_navigation, footer_links=footer_links)
    app.context_processor(_who)


def navigation() -> tuple[Section, ...]:
    """The main pages of whoever asks."""
    return _sections(_main_places())


def office_navigation() -> tuple[Section, ...]:
    """The pages of the staff."""
    return _sections(OFFICE)


def footer_links() -> tuple[Section, ...]:
    """What the law wants to be one press away."""
    return _sections(FOOTER)


def _who() -> dict[str, Any]:
    account = _account()
    return {
        "signed_in": account is not None,
        "signed_in_as": _name_of(account),
        "sign_in_url": _address("accounts.sign_in"),
        "sign_out_url": _address("accounts.sign_out"),
    }


def _main_places() -> Iterator[Place]:
    yield from EVERYBODY
    account = _account()
    if account is None:
        return
    roles = {role.name for role in account.roles}
    if membership_of(account):
        yield from COORDINATOR
    if account.person_id is not None and not roles:
        yield from PERSON
    if "instructor" in roles:
        yield from INSTRUCTOR
    if "staff" in roles:
        yield from STAFF


def _sections(places: Iterable[Place]) -> tuple[Section, ...]:
    """The longest address that the present one begins with is where the reader is."""
    known = [(_address(endpoint), label) for endpoint, label in places if endpoint in current_app.view_functions]
    here = max((href for href, _ in known if _within(href)), key=len, default="")
    return tuple(Section(href, label, href == here) for href, label in known)


def _within(href: str) -> bool:
    return request.path == href or request.path.startswith(f"{href}/")


def _address(endpoint: str) -> str:
    return _kept_address(request.root_path, endpoint) if endpoint in current_app.view_functions else "/"


@lru_cache(maxsize=256)
def _kept_address(_root: str, endpoint: str) -> str:
    """An address without a reference in it, the same for everybody under one root: every page needs twenty of them."""
    return url_for(endpoint)


def _account() -> Account | None:
    return current_user._get_current_object() if current_user.is_authenticated else None


def _name_of(account: Account | None) -> str:
    if account is None:
        return ""
    return account.person.full_name if account.person else account.email
