"""Where one goes on to after signing in is a page of ours, whatever the address says (S-19)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from courses_app.foundation.forms import safe_next
from tests.accounts.signing import sign_in
from tests.make import Make

ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example/x", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
    "/\\/evil.example", "https://evil.example", "http://evil.example", "https:evil.example", "https:/evil.example",
    "http:\\\\evil.example", "HTTPS://EVIL.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>", "ftp://evil.example", "mailto:x@evil.example", "evil.example",
    "@evil.example",
    "https://127.0.0.1:8000@evil.example/", "https://127.0.0.1.evil.example/", "//127.0.0.1:8000@evil.example",
    "\t//evil.example", " //evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\nLocation: //evil.example",
    "/\x00/evil.example", "/%0d%0aSet-Cookie:x=1\r\n", "/　//evil.example", "/\u2028/evil.example", "／／evil.example",
    "//evil。example", "//[::1]/", "///", "", "?next=//evil.example", "#//evil.example", "../evil",
    "organization/people",
    "/ok /evil", "\ufeff//evil.example",
]  # fmt: skip
OURS = [
    "/organization",
    "/organization/people?page=2&search=%E9%AB%99",
    "/%2f%2fevil.example",
    "/a/b?next=//evil.example",
]


def test_s19_there_are_thirty_payloads_at_least() -> None:
    assert len(set(ELSEWHERE)) >= 30


@pytest.mark.parametrize("target", ELSEWHERE)
def test_s19_an_address_elsewhere_is_no_way_to_go_on(target: str) -> None:
    assert safe_next(target) is None


@pytest.mark.parametrize("target", OURS)
def test_s19_a_page_of_ours_is(target: str) -> None:
    assert safe_next(target) == target


def test_s19_signing_in_leads_nowhere_else(client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    for target in ELSEWHERE:
        answer = client.get(f"/sign-in?next={quote(target)}")
        assert answer.location == "/organization", target


@pytest.mark.parametrize("target", ELSEWHERE[:6])
def test_s19_nor_does_the_hidden_field(client: FlaskClient, make: Make, target: str) -> None:
    assert sign_in(client, make.coordinator().email, next=target).location == "/organization"
