"""Words of people stay words: no template is made of them (S-30), no statement and no command line either (S-36)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses_app.accounts.models import Organization
from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from courses_app.foundation.outbox import queue_mail
from tests.accounts.signing import sign_in
from tests.house.test_layout import PACKAGE, SOURCES
from tests.make import Make

HOSTILE = '{{7*7}}{% raw %}{0.__class__}%(name)s${HOME}#eval("1")'
STATEMENTS = {"text", "exec_driver_sql", "literal_column", "DDL"}
CONSTANT_LISTS = {"pragma"}  # in foundation/connections.py: a tuple of ours


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file, by the last part of its name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


def test_s30_templates_are_files_of_ours() -> None:
    banned = {
        "from_string",
        "render_template_string",
        "stream_template_string",
        "Template",
        "format_map",
        "eval",
        "exec",
    }
    for path in SOURCES:
        assert {name for name, _call in calls(path)} & banned == set(), path


def test_s30_a_template_in_a_name_is_mailed_as_it_is(inside: Flask, make: Make) -> None:
    coordinator = make.coordinator()
    with transaction():
        organization = session.get_one(Organization, coordinator.organization.id)
        organization.name = organization.contact_name = HOSTILE
        facts = {"organization": organization, "people": 1, "courses": [], "base_url": "", "issuer": _issuer(make)}
        for language in ("ja", "en"):
            mail = queue_mail(
                "compliance/reminder_organization", to="a@example.jp", language=language,
                subject=("organization", organization.reference), facts=facts, now=clock.now(),
            )  # fmt: skip
            assert mail is not None
            assert mail.body.count(HOSTILE) == 2
            assert "49" not in mail.body


def _issuer(make: Make) -> dict[str, str]:
    return dict.fromkeys(("name_ja", "name_en", "phone", "email"), "-")


def test_s36_statements_hold_constants_and_parameters_only() -> None:
    """What is put into a statement's text is a constant of ours, by its name; everything else is a parameter."""
    for path in SOURCES:
        for name, call in calls(path):
            if name in STATEMENTS | {"execute"} and call.args:
                for part in ast.walk(call.args[0]):
                    assert not _made_of_values(part), f"{path.relative_to(PACKAGE)}:{call.lineno}"


def _made_of_values(part: ast.AST) -> bool:
    if isinstance(part, ast.FormattedValue):
        return ast.unparse(part.value) not in CONSTANT_LISTS and not ast.unparse(part.value).isupper()
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod):
        return isinstance(part.left, ast.Constant)
    return isinstance(part, ast.Attribute) and part.attr == "format"


def test_s36_no_shell() -> None:
    for path in SOURCES:
        for name, call in calls(path):
            assert not any(word.arg == "shell" for word in call.keywords), path
            assert ast.unparse(call.func) not in {"os.system", "os.popen", "subprocess.getoutput"}, (path, name)


@pytest.mark.parametrize("value", ["' OR 1=1; DROP TABLE organizations; --", "id) UNION SELECT 1--", "%_\\"])
def test_s36_what_is_asked_of_a_list_is_a_value(app: Flask, make: Make, value: str) -> None:
    """Every page that takes no parts in its address, with every condition that any list knows."""
    clerk = make.staff()
    client = app.test_client()
    sign_in(client, clerk.account.email)
    before = _organizations(app)
    asked = dict.fromkeys(
        ("q", "sort", "order", "state", "status", "course", "prefecture", "role", "page", "kind"), value
    )
    pages = [rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())]
    for rule in pages:
        answer = client.get(str(rule), query_string=asked)
        assert answer.status_code < 500 or rule.endpoint == "health.readyz", (rule, answer.status_code)
    assert _organizations(app) == before


def _organizations(app: Flask) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(Organization)) or 0
