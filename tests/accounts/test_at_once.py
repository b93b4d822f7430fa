"""Two at the same moment: what the database must decide, because both have looked before either wrote."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.accounts import operations, queries
from courses_app.accounts.models import Account, Membership, Organization, TokenPurpose
from courses_app.accounts.rules.sign_in import LinkUsed
from courses_app.accounts.security import entrance
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import in_transaction, session
from tests.accounts.mailbox import link_to
from tests.accounts.making import organization_facts, person_facts
from tests.accounts.signing import post
from tests.make import Make

TARO = "taro@example.jp"


def at_once(app: Flask, deed: Callable[[int], object], *, hands: int = 4) -> list[object]:
    """What several threads get who do the same thing at the same moment: its result, or what it raised."""
    gate, answers = threading.Barrier(hands), [None] * hands

    def run(hand: int) -> None:
        with app.test_request_context():
            gate.wait(timeout=20)
            try:
                answers[hand] = deed(hand)  # type: ignore[call-overload]
            except Exception as refusal:
                answers[hand] = refusal  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(hand,)) for hand in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return list(answers)


def test_s05_a_link_is_used_once_by_many_hands(app: Flask, client: FlaskClient, make: Make) -> None:
    make.account(TARO)
    post(client, "/password/reset", {"email": TARO})
    token = link_to(app, TARO, "/password/reset/").rpartition("/")[2]

    def use(hand: int) -> bool:
        def work() -> bool:
            found = queries.live_token(token, TokenPurpose.RESET, now=clock.now())
            if found is None:
                return False
            operations.reset_password(found, password=f"hash-{hand}", address="", by=SYSTEM, now=clock.now())
            return True

        return in_transaction(work)

    answers = at_once(app, use)
    assert answers.count(True) == 1
    assert all(answer in {True, False} or isinstance(answer, LinkUsed) for answer in answers), answers


def test_r42_registering_twice_at_once_opens_one_account(app: Flask) -> None:
    answers = at_once(app, lambda _hand: entrance.register(TARO, "kotoba-mikan-densha", "ja"))
    assert answers == [None] * 4
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Account)) == 1


def test_r42_joining_twice_at_once_makes_one_organization(app: Flask, make: Make) -> None:
    account = make.account(TARO)

    def join(_hand: int) -> str:
        def work() -> str:
            here = session.get_one(Account, account.id)
            facts = organization_facts(corporate_number=None)
            return operations.join(
                account=here, person=person_facts(), organization=facts, by=SYSTEM, now=clock.now()
            ).reference

        return in_transaction(work)

    answers = at_once(app, join)
    assert sum(isinstance(answer, str) for answer in answers) == 1, answers
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Organization)) == 1
        assert session.scalar(select(func.count()).select_from(Membership)) == 1


def test_one_corporate_number_is_one_organization(app: Flask) -> None:
    def add(_hand: int) -> str:
        facts = organization_facts(corporate_number="5835678256246")
        return in_transaction(lambda: operations.add_organization(facts=facts, by=SYSTEM, now=clock.now()).reference)

    answers = at_once(app, add)
    assert sum(isinstance(answer, str) for answer in answers) == 1, answers
    assert {type(answer).__name__ for answer in answers} == {"str", "OrganizationKnown"}
