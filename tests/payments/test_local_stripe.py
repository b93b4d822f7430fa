"""The hosted page of the Stripe-shaped server, as a browser without JavaScript sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from tests.payments.wire import BACK, Stand, send


@pytest.fixture(scope="module")
def running() -> Iterator[Stand]:
    with Stand() as stand:
        yield stand


@pytest.fixture
def stand(running: Stand) -> Stand:
    return running.anew()


class Page(HTMLParser):
    """What a person can press on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.buttons: list[str] = []
        self.links: list[str] = []
        self.pressables: list[str] = []
        self.open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "button":
            self.buttons.append(named["value"] or "")
        if tag == "a":
            self.links.append(named["href"] or "")
        self.open = tag in {"a", "button"}

    def handle_data(self, text: str) -> None:
        if self.open:
            self.pressables.append(text)
        self.open = False


class TestHostedPage:
    def test_it_shows_lines_and_amount_and_the_ways_out(self, stand: Stand) -> None:
        session = stand.session()
        answer = send("GET", session["url"])
        page = Page(answer.text)
        assert answer.status == 200
        assert page.pressables == [
            "カードで支払う",
            "カードが拒否される",
            "本人確認（3Dセキュア）に失敗する",
            "キャンセルして戻る",
        ]
        assert (page.buttons, page.links) == (["pay", "decline", "unrecognised"], [BACK])
        for shown in (
            "¥34,500",
            "¥11,500 × 3",
            "技能実習責任者講習",
            "K7Q2-9XWM",
            'lang="ja"',
            "実際の請求はありません",
        ):
            assert shown in answer.text

    def test_it_speaks_english_too(self, stand: Stand) -> None:
        text = send("GET", stand.session(locale="en")["url"]).text
        assert Page(text).pressables == [
            "Pay by card",
            "Have the card declined",
            "Fail the identity check (3-D Secure)",
            "Cancel and go back",
        ]
        assert "nothing is charged" in text
        assert 'lang="en"' in text

    @pytest.mark.parametrize(("header", "language"), [("en-GB,en", "en"), ("ja,en;q=0.5", "ja"), ("fr", "ja")])
    def test_left_open_the_browser_chooses(self, stand: Stand, header: str, language: str) -> None:
        url = stand.session(locale="auto")["url"]
        assert f'lang="{language}"' in send("GET", url, Accept_Language=header).text

    def test_paying_completes_it_and_leads_back(self, stand: Stand) -> None:
        session = stand.session()
        left = stand.press(session)
        now = stand.now(session)
        assert (left.status, left.location) == (303, f"{BACK}/payment?session={session['id']}")
        assert (now["status"], now["payment_status"], now["url"]) == ("complete", "paid", None)
        assert [one["state"] for one in stand.deliveries()] == ["delivered", "delivered"]
        assert stand.endpoint.types() == ["payment_intent.succeeded", "checkout.session.completed"]

    def test_pressed_twice_it_pays_once(self, stand: Stand) -> None:
        session = stand.session()
        answers = [stand.press(session) for _ in range(2)]
        assert answers[0].location == answers[1].location
        assert len(stand.server.store.kind("charge")) == 1
        assert "お支払いは完了しています" in send("GET", session["url"]).text

    def test_a_declined_card_says_so_and_may_be_tried_again(self, stand: Stand) -> None:
        session = stand.session()
        assert stand.press(session, "decline").status == 303
        assert "カードが拒否されました" in send("GET", session["url"]).text
        assert stand.now(session)["status"] == "open"
        stand.press(session)
        stand.deliveries()
        assert stand.endpoint.types()[0] == "payment_intent.payment_failed"
        assert len(stand.server.store.kind("payment_intent")) == 1
        assert [one["status"] for one in stand.server.store.kind("charge")] == ["succeeded", "failed"]

    def test_cancelling_changes_nothing(self, stand: Stand) -> None:
        session = stand.session()
        assert Page(send("GET", session["url"]).text).links == [BACK]
        assert stand.now(session)["status"] == "open"
        assert stand.deliveries() == []

    def test_once_expired_nobody_can_pay(self, stand: Stand) -> None:
        session = stand.session()
        stand.advance(24 * 3600)
        page, pressed = send("GET", session["url"]), stand.press(session)
        assert (page.status, pressed.status, pressed.location) == (410, 303, f"/c/pay/{session['id']}")
        assert "有効期限が切れました" in page.text
        assert Page(page.text).links == [BACK]
        assert stand.now(session)["status"] == "expired"
        stand.deliveries()
        assert stand.endpoint.types() == ["checkout.session.expired"]

    def test_names_are_text_and_never_markup(self, stand: Stand) -> None:
        name = "<script>alert(1)</script>&\"'"
        changes = {"line_items[0][price_data][product_data][name]": name, "client_reference_id": "<b>bold"}
        text = send("GET", stand.session(**changes)["url"]).text
        assert "<script" not in text
        assert "<b>" not in text
        assert "&lt;script&gt;alert(1)" in text

    def test_an_address_that_would_run_is_refused(self, stand: Stand) -> None:
        form = {"mode": "payment", "success_url": "javascript:alert(1)", "line_items[0][quantity]": 1}
        assert stand.api("POST", "checkout/sessions", form).json()["error"]["code"] == "url_invalid"

    def test_it_is_self_contained_and_forbids_scripts(self, stand: Stand) -> None:
        answer = send("GET", stand.session()["url"])
        style = re.findall(r'<link rel="stylesheet" href="([^"]+)">', answer.text)
        assert send("GET", f"{stand.server.url}{style[0]}").status == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "<script" not in answer.text

    def test_an_unknown_page_is_not_there(self, stand: Stand) -> None:
        assert send("GET", f"{stand.server.url}/c/pay/cs_test_unknown").status == 404
