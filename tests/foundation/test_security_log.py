"""What touches rights, money or proofs leaves a row with who did it and when (S-54)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from courses_app.accounts import operations as accounts
from courses_app.accounts.models import Account
from courses_app.bookings import operations as bookings
from courses_app.certificates import operations as certificates
from courses_app.foundation import clock
from courses_app.foundation.audit import Actor, ActorKind, AuditEntry
from courses_app.foundation.db import session
from tests.accounts.signing import try_sign_in
from tests.compliance.conftest import MakeHere

if TYPE_CHECKING:
    from flask.testing import FlaskClient


@pytest.fixture
def make(app: Flask) -> MakeHere:
    return MakeHere(app)


def test_s54_rights_money_and_proofs_leave_a_row(inside: Flask, make: MakeHere) -> None:
    coordinator, clerk = make.coordinator(), make.staff()
    actor = Actor(ActorKind.PERSON, clerk.person.id, clerk.person.full_name)
    person = make.person(coordinator.organization)
    (certificate,) = make.completed(coordinator, person, on=clock.today() - timedelta(days=20))
    paid = make.paid(make.run())
    with make.deed():
        account = session.get_one(Account, coordinator.account.id)
        accounts.grant_role(account, "instructor", by=actor, now=clock.now())
        accounts.withdraw_role(account, "instructor", own=None, by=actor, now=clock.now())
        certificates.revoke_certificate(number=certificate.number, reason="誤り", by=actor, now=clock.now())
        bookings.cancel_by_office(booking=make.whole(paid), reason="依頼", by=actor, now=clock.now())
    rows = session.scalars(select(AuditEntry).where(AuditEntry.actor_label == clerk.person.full_name)).all()
    assert {row.action for row in rows} >= {
        "account.role_granted", "account.role_withdrawn", "certificate.revoked", "refund.owed",
    }  # fmt: skip
    assert "certificate.issued" in set(session.scalars(select(AuditEntry.action)))
    assert all(row.at.utcoffset() == UTC.utcoffset(None) for row in rows)


def test_s54_a_throttled_guess_leaves_a_line(
    app: Flask, make: MakeHere, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    make.account("taro@example.jp")
    app.logger.addHandler(caplog.handler)
    try:
        assert [try_sign_in(client, "taro@example.jp", "wrong").status_code for _ in range(6)][-1] == 429
    finally:
        app.logger.removeHandler(caplog.handler)
    noted = [record.getMessage() for record in caplog.records]
    assert (noted.count("sign_in.refused"), noted.count("sign_in.throttled")) == (5, 1)
