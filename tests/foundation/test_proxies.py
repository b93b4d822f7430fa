"""Where a request comes from: said by as many proxies as are configured, and by nobody else (S-51)."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.accounts.signing import try_sign_in
from tests.conftest import settings_for
from tests.make import Make
from tests.stage import open_stage

TARO = "taro@example.jp"
STRANGER, FIRST, SECOND = "198.51.100.{}", "203.0.113.{}", "10.0.0.{}"
THROTTLED = [422] * 5 + [429]
NOT_THROTTLED = [422] * 6


@pytest.mark.parametrize(
    ("hops", "forwarded", "answers"),
    [
        # What is formatted changes with each guess. Without a proxy the header is a stranger's word.
        (0, (STRANGER,), THROTTLED),
        # One proxy writes the last address; what stands before it is a stranger's word.
        (1, (STRANGER, "203.0.113.7"), THROTTLED),
        (1, (FIRST,), NOT_THROTTLED),
        (1, ("198.51.100.7", FIRST), NOT_THROTTLED),
        # Two proxies: the last but one.
        (2, (STRANGER, "203.0.113.7", SECOND), THROTTLED),
        (2, (FIRST, "10.0.0.1"), NOT_THROTTLED),
        # Fewer addresses than proxies: whoever wrote them went around one of ours.
        (2, (STRANGER,), THROTTLED),
    ],
)
def test_s51_the_throttle_counts_the_address_the_proxies_wrote(
    tmp_path: Path, hops: int, forwarded: tuple[str, ...], answers: list[int]
) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'proxy.sqlite3'}", proxy_hops=hops)
    with open_stage(settings) as stage:
        Make(stage.app).account(TARO)
        assert [_guess(stage.app, turn, forwarded) for turn in range(1, 7)] == answers


def _guess(app: Flask, turn: int, forwarded: tuple[str, ...]) -> int:
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_FOR"] = ", ".join(one.format(turn) for one in forwarded)
    return try_sign_in(client, TARO, f"wrong-guess-{turn}").status_code


@pytest.mark.parametrize(("hops", "believed"), [(0, False), (1, True)])
def test_s51_an_inquiry_number_is_taken_from_a_proxy_only(tmp_path: Path, hops: int, believed: bool) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'proxy.sqlite3'}", proxy_hops=hops)
    with open_stage(settings) as stage:
        answer = stage.app.test_client().get("/healthz", headers={"X-Request-ID": "chosen-by-somebody"})
    assert (answer.headers["X-Request-ID"] == "chosen-by-somebody") is believed
