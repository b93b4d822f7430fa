"""Signing in and asking for mails are throttled in the database (S-03)."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.accounts import operations
from courses_app.accounts.rules import throttling
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction, session, transaction
from courses_app.foundation.throttle import Attempt
from tests.accounts.mailbox import link_to, mails_to
from tests.accounts.signing import post, sign_in, try_sign_in
from tests.accounts.test_at_once import at_once
from tests.make import Make

TARO = "taro@example.jp"
HOME, ELSEWHERE = "192.0.2.10", "203.0.113.99"


def at(app: Flask, address: str) -> FlaskClient:
    """A browser at a network address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def guess(app: Flask, times: int, *, address: str = ELSEWHERE, email: str = TARO) -> list[int]:
    client = at(app, address)
    return [try_sign_in(client, email, f"wrong-guess-{turn}").status_code for turn in range(times)]


def guess_from_many_machines(app: Flask, times: int) -> None:
    """The same through the operation: a machine a guess."""
    for turn in range(times):
        with app.app_context(), transaction():
            operations.count_sign_in_attempt(email=TARO, address=f"198.51.100.{turn}", now=clock.now())


def test_s03_the_sixth_guess_from_one_address_waits(app: Flask, make: Make) -> None:
    make.account(TARO)
    assert guess(app, 6) == [422] * 5 + [429]
    client = at(app, ELSEWHERE)
    answer = try_sign_in(client, TARO)  # the right password does not help while waiting
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60 + 1


def test_s03_it_ends_by_itself(app: Flask, make: Make) -> None:
    make.account(TARO)
    guess(app, 6)
    with app.app_context(), transaction():
        for attempt in session.scalars(select(Attempt)):
            attempt.at -= timedelta(minutes=15)
    sign_in(at(app, ELSEWHERE), TARO)


def test_s03_the_owner_is_not_locked_out_by_guesses_from_elsewhere(app: Flask, make: Make) -> None:
    make.account(TARO)
    sign_in(at(app, HOME), TARO)
    guess_from_many_machines(app, throttling.SIGN_IN_ACCOUNT.most)
    assert try_sign_in(at(app, ELSEWHERE), TARO).status_code == 429
    sign_in(at(app, HOME), TARO)


def test_s03_a_reset_opens_a_door_that_guesses_had_shut(app: Flask, make: Make) -> None:
    make.account(TARO)
    guess_from_many_machines(app, throttling.SIGN_IN_ACCOUNT.most)
    new_place = at(app, HOME)
    assert try_sign_in(new_place, TARO).status_code == 429
    post(new_place, "/password/reset", {"email": TARO})
    post(new_place, link_to(app, TARO, "/password/reset/"), {"password": "kotoba-mikan-densha"})
    sign_in(new_place, TARO, "kotoba-mikan-densha")


def test_s03_an_office_behind_one_address_signs_in_all_day(app: Flask, make: Make) -> None:
    for number in range(throttling.SIGN_IN_ADDRESS.most + 5):
        email = f"person{number}@example.jp"
        make.account(email)
        sign_in(at(app, HOME), email)
    with app.app_context():
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_s03_one_machine_trying_many_addresses_waits(app: Flask) -> None:
    client = at(app, ELSEWHERE)
    most = throttling.SIGN_IN_ADDRESS.most
    answers = [try_sign_in(client, f"guess{turn}@example.jp").status_code for turn in range(most + 1)]
    assert answers == [422] * most + [429]


def test_s03_unknown_addresses_wait_like_known_ones(app: Flask, make: Make) -> None:
    make.account(TARO)
    assert guess(app, 7) == guess(app, 7, email="nobody@example.jp", address="203.0.113.5")


def test_s03_addresses_are_kept_as_digests_only(app: Flask, make: Make) -> None:
    guess(app, 1)
    with app.app_context():
        kept = " ".join(f"{attempt.scope} {attempt.key_digest}" for attempt in session.scalars(select(Attempt)))
    assert TARO not in kept
    assert ELSEWHERE not in kept


def test_s03_asking_for_resets_is_throttled(app: Flask, make: Make) -> None:
    make.account(TARO)
    client = at(app, ELSEWHERE)
    answers = [post(client, "/password/reset", {"email": TARO}).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_s03_nobody_fills_a_strangers_mailbox(app: Flask, make: Make) -> None:
    make.account(TARO)
    for turn in range(12):
        client = at(app, f"198.51.100.{turn}")
        assert post(client, "/password/reset", {"email": TARO}).status_code == 303
        assert post(client, "/register", {"email": TARO, "password": "kotoba-mikan-densha"}).status_code == 303
    assert len(mails_to(app, TARO)) == throttling.MAIL_ACCOUNT.most
    assert link_to(app, TARO, "/password/reset/")  # the owner has a link that works


def test_s03_attempts_at_the_same_moment_do_not_pass_the_limit(app: Flask) -> None:
    def attempt(_hand: int) -> int:
        return in_transaction(
            lambda: operations.count_sign_in_attempt(email=TARO, address=ELSEWHERE, now=clock.now())
        )  # fmt: skip

    waits = at_once(app, attempt, hands=12)
    assert waits.count(0) == throttling.SIGN_IN_PAIR.most
