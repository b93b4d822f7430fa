"""The register of papers in the office: ranges, the list as a file, and the very bytes."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select, text

from courses_app.foundation import clock
from courses_app.foundation.db import session, transaction
from courses_app.payments.models import Paper
from courses_app.payments.tasks import run_due as print_papers
from tests.accounts.signing import sign_in
from tests.bookings.conftest import MakeHere
from tests.triggers import asleep


def printed(app: Flask) -> dict[str, bytes]:
    """Numbers and bytes of what the worker has issued."""
    with app.app_context():
        print_papers(clock=clock.now)
        return {paper.number: paper.document.content for paper in session.scalars(select(Paper))}


def test_d17_staff_find_papers_and_take_the_bytes_that_were_issued(app: Flask, make: MakeHere) -> None:
    booking = make.paid(make.run(), 2)
    issued = printed(app)
    client = app.test_client()
    sign_in(client, make.staff().email)
    page = client.get("/office/papers?least=1&most=9999999&party=%E9%9C%8D%E3%81%AA").text
    assert "該当する書類がありません" in page
    page = client.get(f"/office/papers?from_on={clock.today()}&least=1").text
    assert "保存期限" in page
    assert len(issued) == 2
    for number, content in issued.items():
        assert number in page
        assert client.get(f"/office/papers/{number}/1.pdf").data == content
    listed = client.get(f"/office/papers.csv?least={booking.total}").text
    assert f"R-{clock.today().year}-000001" in listed
    assert "SHA-256" in listed


def test_d17_what_was_typed_wrong_is_told_at_its_field(app: Flask, make: MakeHere) -> None:
    client = app.test_client()
    sign_in(client, make.staff().email)
    page = client.get("/office/papers?from_on=32.13.&least=abc").text
    assert page.count("field__errors") == 2


def test_d17_a_paper_whose_bytes_have_changed_is_not_handed_out(app: Flask, make: MakeHere) -> None:
    make.paid(make.run())
    number = next(iter(printed(app)))
    with app.app_context(), transaction():
        asleep("stored_documents")
        session.execute(text("UPDATE stored_documents SET content = :other"), {"other": b"%PDF-forged"})
    client = app.test_client()
    sign_in(client, make.staff().email)
    refused = client.get(f"/office/papers/{number}/1.pdf")
    assert refused.status_code == 409
    assert b"forged" not in refused.data
    assert "発行時のものと一致しない" in refused.text
