"""Every code that the audit, the outbox and the matters keep has a word in Japanese and in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import force_locale

from courses_app.accounts.rules.facts import EstablishmentFacts, OrganizationFacts, PersonFacts
from courses_app.accounts.rules.labels import ACCESS_ROLES
from courses_app.accounts.rules.words import LicenceClass, MemberStatus, OrganizationKind
from courses_app.bookings.rules import BookingMove, BookingStatus, PartyMove, PartyState, QuestionMove, QuestionState
from courses_app.calendar_feeds.models import FeedPurpose
from courses_app.catalogue.rules.facts import CourseChange, VenueFacts
from courses_app.catalogue.rules.runs import RunMove
from courses_app.catalogue.rules.words import FeeAudience, RunStatus, Visibility
from courses_app.certificates.rules import ReissueReason
from courses_app.compliance.rules import RequirementFacts
from courses_app.config import ROOT
from courses_app.dispatches.rules import DispatchMove, DispatchState, ServiceFacts
from courses_app.foundation.audit import ActorKind
from courses_app.foundation.outbox import OutboxState
from courses_app.foundation.yen import TaxCategory
from courses_app.office.forms import _kinds
from courses_app.office.routes.places import PLACES, WORDS_ONLY
from courses_app.office.rules import MATTERS, WORDS
from courses_app.payments.models import CheckoutStatus, EventResult, LookDecision, PaymentMethod, Provider, RefundStatus
from courses_app.payments.operations.banking import LayoutFacts
from courses_app.payments.rules.banking import LineMove, LineStatus
from courses_app.rosters.rules import Outcome, Reason

CODE = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDS = {"record", "_record", "_note"}
# An action put together of a word and the member of one of these.
MADE_OF: dict[str, type[StrEnum]] = {
    "booking.": BookingMove, "run.": RunMove, "stripe_event.": EventResult, "checkout.": CheckoutStatus,
    "waiting.": PartyMove, "question.": QuestionMove, "dispatch.": DispatchMove,
    "bank_line.": LineMove, "second_look.": LookDecision,
}  # fmt: skip
STATES: dict[str, list[type[StrEnum]]] = {
    "booking": [BookingStatus], "run": [RunStatus], "checkout": [CheckoutStatus], "stripe_event": [EventResult],
    "refund": [RefundStatus], "roster": [Outcome], "organization": [MemberStatus], "outbox": [OutboxState],
    "actor": [ActorKind], "provider": [Provider], "method": [PaymentMethod], "reasons": [Reason],
    "waiting": [PartyState], "question": [QuestionState], "dispatch": [DispatchState], "visibility": [Visibility],
    "purpose": [FeedPurpose], "audience": [FeeAudience], "tax_category": [TaxCategory], "kind": [OrganizationKind],
    "bank_line": [LineStatus], "second_look": [LookDecision],
    "licence_class": [LicenceClass], "reason": [ReissueReason],
}  # fmt: skip
FACTS = (PersonFacts, OrganizationFacts, EstablishmentFacts, CourseChange, VenueFacts, RequirementFacts, ServiceFacts,
         LayoutFacts)  # fmt: skip


def calls() -> Iterator[ast.Call]:
    """Every call in our code that notes a change (what happens at the entrance goes to the log)."""
    for path in sorted((ROOT / "courses_app").rglob("*.py")):
        if "security" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in RECORDS:
                    yield node


def actions() -> set[str]:
    found: set[str] = set()
    for call in calls():
        given = [*call.args, *(word.value for word in call.keywords if word.arg == "action")]
        for node in (inner for one in given for inner in _texts(one)):
            if isinstance(node, ast.JoinedStr):
                start = str(getattr(node.values[0], "value", ""))
                found |= {f"{start}{member.value}" for member in MADE_OF[start]}
            elif CODE.fullmatch(node.value):
                found.add(node.value)
    return found


def _texts(node: ast.expr) -> list[ast.JoinedStr | ast.Constant]:
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return [node]
    return []


def keys_of_details() -> set[str]:
    """What is written as `detail={"key": …}`, there or on a line before."""
    found: set[str] = set()
    for path in sorted((ROOT / "courses_app").rglob("*.py")):
        if not any(part.startswith("operations") for part in path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Assign) and any(getattr(to, "id", "") == "detail" for to in node.targets)
            if isinstance(node, ast.Assign | ast.keyword) and (named or getattr(node, "arg", "") == "detail"):
                found |= _keys(node.value)
    return found


def _keys(node: ast.expr) -> set[str]:
    return {
        str(key.value)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Dict)
        for key in inner.keys
        if isinstance(key, ast.Constant)
    }


def states() -> set[str]:
    found = {f"{of}.{member.value}" for of, kinds in STATES.items() for kind in kinds for member in kind}
    found |= {f"account.{name}" for name in ACCESS_ROLES} | {f"matter.{kind}" for kind in MATTERS}
    for call in calls():
        told = {word.arg: word.value for word in call.keywords}
        action = next((str(node.value) for one in (*call.args, told.get("action")) if one is not None
                       for node in _texts(one) if isinstance(node, ast.Constant)), "")  # fmt: skip
        for side in ("before", "after"):
            if isinstance(value := told.get(side), ast.Constant) and value.value and action:
                found.add(f"{action.partition('.')[0]}.{value.value}")
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_action_recorded_in_the_code_has_a_word(app: Flask, language: str) -> None:
    found = actions()
    assert {"booking.settle", "feed.opened", "checkout.expired", "certificate.issued", "invoice.billed"} <= found
    with app.test_request_context(), force_locale(language):
        assert {code for code in found if WORDS.action(code) == code} == set()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_state_has_a_word(app: Flask, language: str) -> None:
    with app.test_request_context(), force_locale(language):
        missing = {code for code in states() if not code.endswith(".none") and code not in WORDS.states}
        assert missing == set()


def test_every_key_of_a_detail_has_a_word(app: Flask) -> None:
    written = keys_of_details()
    assert {"provider", "seats", "reason"} <= written
    fields = {name for facts in FACTS for name in facts.__dataclass_fields__}
    with app.test_request_context(), force_locale("ja"):
        assert {key for key in written | fields if WORDS.detail({key: 1})[0][0] == key} == set()


def test_every_kind_of_subject_has_a_word() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "courses_app").rglob("*.py")))
    kinds = set(re.findall(r'subject(?:, detail)? = \("(\w+)"|subject=\("(\w+)"|return \("(\w+)", ', source))
    named = {word for words in kinds for word in words if word}
    assert {"booking", "stripe_object", "account"} <= named
    assert named - set(PLACES) - set(WORDS_ONLY) == set()


def test_every_mail_has_a_word_and_parts_of_mails_are_not_offered(app: Flask) -> None:
    with app.test_request_context():
        kinds = _kinds()
        assert "bookings/ordered" in kinds
        assert [kind for kind in kinds if "/_" in kind] == []
        assert {kind for kind in kinds if WORDS.mail(kind) == kind} == set()
        assert set(WORDS.mails) == set(kinds)
