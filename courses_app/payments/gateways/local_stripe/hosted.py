"""The page where the payer pays, in the session's language, and three ways to leave it. It works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from . import deeds
from .machine import machine
from .objects import Json

hosted = Blueprint("hosted", __name__, url_prefix="/c", template_folder="templates", static_folder="static")

OUTCOMES = {"pay": deeds.pay, "decline": deeds.decline}
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
WORDS = {
    "ja": {
        "demonstration": "デモ決済（実際の請求はありません）",
        "explained": "これは動作を確かめるためのページです。カード番号は入力しません。",
        "title": "お支払い",
        "lines": "お支払いの内容",
        "item": "内容",
        "amount": "金額",
        "total": "合計",
        "reference": "ご請求の参照番号",
        "email": "メールアドレス",
        "choose": "どうなるかを選んでください",
        "pay": "カードで支払う",
        "decline": "カードが拒否される",
        "cancel": "キャンセルして戻る",
        "declined": "カードが拒否されました。お支払いは行われていません。",
        "expired": "このお支払いページの有効期限が切れました",
        "complete": "お支払いは完了しています",
        "unknown": "このお支払いページは見つかりません",
        "onward": "申込の画面へ進む",
        "back": "申込の画面へ戻る",
    },
    "en": {
        "demonstration": "Demonstration payment (nothing is charged)",
        "explained": "This page only shows how paying works. No card number is asked for.",
        "title": "Payment",
        "lines": "What you pay for",
        "item": "Item",
        "amount": "Amount",
        "total": "Total",
        "reference": "Invoice reference",
        "email": "E-mail address",
        "choose": "Choose what happens",
        "pay": "Pay by card",
        "decline": "Have the card declined",
        "cancel": "Cancel and go back",
        "declined": "The card was declined. Nothing has been paid.",
        "expired": "This payment page has expired",
        "complete": "The payment is complete",
        "unknown": "There is no such payment page",
        "onward": "Continue to your booking",
        "back": "Return to your booking",
    },
}


@hosted.get("/pay/<session_id>")
def page(session_id: str) -> ResponseReturnValue:
    """The payment page; or why there is nothing to pay any more."""
    with machine().store.turn() as store:
        session = _session(session_id)
        if session is None:
            return _over("unknown"), 404
        if session["status"] != "open":
            return _over(session["status"], session), 410 if session["status"] == "expired" else 200
        language = _language(session)
        return render_template(
            "pay.html",
            session=session,
            lines=store.details[session_id]["lines"],
            declined=_declined(session),
            words=WORDS[language],
            language=language,
        )


@hosted.post("/pay/<session_id>")
def choose(session_id: str) -> ResponseReturnValue:
    """Do what the pressed button says, once; then on to wherever that leads."""
    deed = OUTCOMES.get(request.form.get("outcome", ""))
    with machine().store.turn() as store:
        session = _session(session_id)
        if session is not None and session["status"] == "open" and deed is not None:
            deed(store, session)
        if session is not None and session["status"] == "complete":
            return redirect(_success_url(session), 303)
    return redirect(url_for("hosted.page", session_id=session_id), 303)


@hosted.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


@hosted.app_template_filter("yen")
def yen(amount: int) -> str:
    return f"¥{amount:,}"


def _session(session_id: str) -> Json | None:
    store = machine().store
    deeds.expire_overdue(store)
    found = store.objects.get(session_id)
    return found if found is not None and found["object"] == "checkout.session" else None


def _over(why: str, session: Json | None = None) -> str:
    language = _language(session or {})
    return render_template(
        "over.html",
        why=why,
        words=WORDS[language],
        language=language,
        onward=_success_url(session) if session is not None and why == "complete" else None,
        back=session["cancel_url"] if session is not None and why == "expired" else None,
    )


def _declined(session: Json) -> bool:
    """Whether the last try on this session was refused."""
    intent = machine().store.objects.get(session["payment_intent"] or "")
    return intent is not None and intent["last_payment_error"] is not None


def _success_url(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _language(session: Json) -> str:
    wanted = session.get("locale")
    return wanted if wanted in WORDS else request.accept_languages.best_match(list(WORDS)) or "ja"
