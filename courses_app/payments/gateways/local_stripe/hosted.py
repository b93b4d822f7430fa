"""The pages where the payer pays, in the session's language, and the ways to leave them. They work without JavaScript.

One is the session's own, the other stands for the till of a convenience store or the payer's bank.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from . import deeds, delayed
from .instructions import TOKYO
from .machine import machine
from .objects import Json
from .overdue import end_overdue
from .store import Store
from .words import WORDS

hosted = Blueprint("hosted", __name__, url_prefix="/c", template_folder="templates", static_folder="static")

OUTCOMES = {"pay": deeds.pay, "decline": deeds.decline, "unrecognised": deeds.fail_authentication}
PROMISES = {"konbini": delayed.promise_konbini, "transfer": delayed.promise_transfer}
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


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
    with machine().store.turn() as store:
        session = _session(session_id)
        if session is not None and session["status"] == "open":
            _do(store, session, request.form.get("outcome", ""))
        if session is not None and session["status"] == "complete":
            return redirect(_success_url(session), 303)
    return redirect(url_for("hosted.page", session_id=session_id), 303)


@hosted.get("/elsewhere/<intent_id>")
def elsewhere(intent_id: str) -> ResponseReturnValue:
    """How to pay at a till or by transfer; or that there is nothing to pay any more."""
    with machine().store.turn() as store:
        intent = _intent(intent_id)
        if intent is None:
            return _over("unknown"), 404
        session = delayed.session_of(store, intent)
        if intent["status"] != "requires_action":
            return _over("paid" if intent["status"] == "succeeded" else "nothing", session)
        language = _language(session)
        return render_template(
            "elsewhere.html", intent=intent, session=session, words=WORDS[language], language=language
        )


@hosted.post("/elsewhere/<intent_id>")
def happen(intent_id: str) -> ResponseReturnValue:
    """The till takes the money, a transfer of some amount arrives, or time runs out."""
    with machine().store.turn() as store:
        intent = _intent(intent_id)
        if intent is not None and intent["status"] == "requires_action":
            if request.form.get("outcome") == "run_out":
                delayed.fail(store, intent)
            else:
                delayed.collect(store, intent, request.form.get("amount", intent["amount"], int))
    return redirect(url_for("hosted.elsewhere", intent_id=intent_id), 303)


@hosted.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


@hosted.app_template_filter("tokyo")
def tokyo(epoch: int) -> str:
    return f"{datetime.fromtimestamp(epoch, UTC).astimezone(TOKYO):%Y-%m-%d %H:%M}"


@hosted.app_template_filter("yen")
def yen(amount: int) -> str:
    return f"¥{amount:,}"


def _do(store: Store, session: Json, outcome: str) -> None:
    """What the pressed button says, if the page offers it."""
    if outcome in OUTCOMES and "card" in session["payment_method_types"]:
        OUTCOMES[outcome](store, session)
    elif outcome in PROMISES:
        PROMISES[outcome](store, session, machine().origin)


def _intent(intent_id: str) -> Json | None:
    end_overdue(machine().store)
    found = machine().store.objects.get(intent_id)
    return found if found is not None and found["object"] == "payment_intent" else None


def _session(session_id: str) -> Json | None:
    store = machine().store
    end_overdue(store)
    found = store.objects.get(session_id)
    return found if found is not None and found["object"] == "checkout.session" else None


def _over(why: str, session: Json | None = None) -> str:
    language = _language(session or {})
    return render_template(
        "over.html",
        why=why,
        words=WORDS[language],
        language=language,
        onward=_success_url(session) if session is not None and why in {"complete", "paid"} else None,
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
