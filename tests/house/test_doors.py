"""Every door is guarded or public, every writing door is one transaction, every template compiles."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]

ACCESS = {"public", "signed_in", "coordinator", "instructor", "staff"}
# POST doors that write nothing to the database, or whose transactions are several by nature (a payment firm is called
# in between): each with its reason.
WITHOUT_ONE_TRANSACTION = {
    "foundation.language": "writes the cookie only",
    **dict.fromkeys(
        ("accounts.enter", "accounts.create_account", "accounts.choose_password", "accounts.replace_password"),
        "hashes the password between short transactions, so that argon2 never holds the writers' lock",
    ),
    **dict.fromkeys(
        (
            "booking_payments.pay",
            "booking_payments.finish",
            "booking_payments.transfer",
            "stripe_webhook.receive",
            "bookings.create",
            "bookings.wait",
            "bookings.send_sheet",
            "bookings.names_from_file",
            "bookings.mend_draft",
            "bookings.book_draft",
            "bookings.keep_seats",
            "bookings.take_what_is_left",
            "bookings.wait_with_list",
            "bookings.change",
            "bookings.use_voucher",
            "bookings_admin.event_again",
            "bookings_admin.compare_now",
            "bookings_admin.refund_again",
            "bookings_admin.bank_upload",
            "bookings_admin.bank_post",
            "bookings_admin.bank_propose",
            "bookings_admin.bank_choose",
            "bookings_admin.bank_post_line",
            "bookings_admin.bank_set_aside",
            "bookings_admin.bank_take_back",
        ),
        "several transactions: a payment firm is called in between, or a refusal undoes one and the page is read anew",
    ),
}


def test_s20_every_route_is_public_or_guarded(app: Flask) -> None:
    open_doors = [
        f"{rule.endpoint} {rule}"
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "access", None) not in ACCESS
    ]
    assert open_doors == []


def test_s14_every_post_is_one_transaction_and_nothing_else_writes(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        methods = (rule.methods or set()) - {"OPTIONS", "HEAD"}
        assert methods <= {"GET", "POST"}, rule
        if "POST" in methods and rule.endpoint not in WITHOUT_ONE_TRANSACTION:
            assert getattr(view, "writes", False), f"{rule.endpoint} needs @writes"
        if methods == {"GET"}:
            assert not getattr(view, "writes", False), f"{rule.endpoint}: GET never writes"


def test_every_template_closes_what_it_opens() -> None:
    """A part that a browser closes by itself lands in another place than it was meant for."""
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for tag in ("div", "section", "form", "fieldset", "table", "p", "dl", "ol"):
            opened, closed = len(re.findall(rf"<{tag}[\s>{{]", text)), text.count(f"</{tag}>")
            if opened != closed:
                wrong.append(f"{path.relative_to(ROOT)}: {opened} <{tag}>, {closed} </{tag}>")
    assert wrong == []


def test_every_template_compiles(app: Flask) -> None:
    for template in app.jinja_env.list_templates(extensions=["html", "txt"]):
        app.jinja_env.get_template(template)
