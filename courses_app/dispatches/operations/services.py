"""The kinds of service: the first ones from the data file, and what staff say about them later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from courses_app.catalogue.operations import add_missing_courses
from courses_app.catalogue.queries import course_by_code
from courses_app.catalogue.rules import ChangedMeanwhile
from courses_app.dispatches.models import Service
from courses_app.dispatches.queries import service_by_code
from courses_app.dispatches.rules import ServiceCodeTaken, ServiceFacts
from courses_app.foundation import audit
from courses_app.foundation.audit import Actor
from courses_app.foundation.db import session

Row = dict[str, Any]
TEXTS = ("name_ja", "name_en", "summary_ja", "summary_en", "description_ja", "description_en")


def add_missing_services(rows: Iterable[Row], *, by: Actor, now: datetime) -> int:
    """Services whose code is not there yet, each with the course of its runs; returns how many rows were added."""
    known = set(session.scalars(select(Service.code)))
    added = 0
    for position, row in enumerate(rows, start=1):
        if row["code"] not in known:
            added += add_missing_courses([_course(row)], by=by, now=now) + 1
            _add(row, position * 10, by=by, now=now)
    session.flush()
    return added


def add_service(code: str, facts: ServiceFacts, *, by: Actor, now: datetime) -> Service:
    """A new service, the last in the order, with a course of its own for its runs. Raises ServiceCodeTaken."""
    if code == "new" or service_by_code(code) is not None:
        raise ServiceCodeTaken()
    row: Row = {**asdict(facts), "code": code, "course_code": f"S-{code}".upper()}
    add_missing_courses([_course(row)], by=by, now=now)
    last = session.scalar(select(func.max(Service.position))) or 0
    service = _add(row, last + 10, by=by, now=now)
    session.flush()
    return service


def change_service(service: Service, facts: ServiceFacts, *, version: int, by: Actor, now: datetime) -> Service:
    """New facts for a service; `version` is the one its page showed. Raises ChangedMeanwhile."""
    if service.version != version:
        raise ChangedMeanwhile()
    changed = {name: value for name, value in asdict(facts).items() if getattr(service, name) != value}
    for name, value in changed.items():
        setattr(service, name, value)
    session.flush()
    if changed:
        audit.record(
            by=by, now=now, action="service.changed", subject=("service", service.code),
            detail={"fields": sorted(changed)},
        )  # fmt: skip
    return service


def _add(row: Row, position: int, *, by: Actor, now: datetime) -> Service:
    facts = {name: value.strip() if isinstance(value, str) else value for name, value in row.items()}
    course = course_by_code(facts.pop("course_code"))
    service = Service(**{"until_on": None, **facts}, course=course, position=position)
    session.add(service)
    audit.record(by=by, now=now, action="service.added", subject=("service", row["code"]))
    return service


def _course(row: Row) -> Row:
    """A course that is never listed: its runs are held for one organization, and their seats cost nothing."""
    first_day: date = row["from_on"]
    return {
        **{name: row[name] for name in TEXTS},
        "code": row["course_code"], "slug": f"on-request-{row['code']}", "kind": "seminar", "programme": "general",
        "on_request": True, "position": 900, "audiences": ["anyone"], "net_minutes": 0, "issues_certificate": False,
        "default_capacity": row["most_heads"], "default_language": row["languages"][0],
        "closes_days_before_venue": 1, "closes_business_days_before_online": 1, "hold_minutes": 60,
        "payment_due_business_days": row["payment_due_business_days"],
        "payment_grace_business_days": row["payment_grace_business_days"], "subjects": [],
        "fees": [{"audience": "general", "amount": 0, "tax_category": "taxable_10", "from_on": first_day}],
    }  # fmt: skip
