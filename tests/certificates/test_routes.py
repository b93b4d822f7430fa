"""The certificates' pages over HTTP: who may see and download what, and how strangers check a paper."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from courses_app.accounts import operations as accounts
from courses_app.accounts.models import Organization, Person
from courses_app.accounts.queries import live_membership
from courses_app.certificates import queries
from courses_app.certificates.models import Certificate
from courses_app.certificates.operations.verifying import BY_ADDRESS, BY_CERTIFICATE, GUESSES
from courses_app.certificates.rules import CertificateFilter
from courses_app.foundation import clock, throttle
from courses_app.foundation.audit import SYSTEM
from courses_app.foundation.db import session, transaction
from tests.accounts.signing import csrf_token, sign_in
from tests.bookings.making import attendee
from tests.certificates.conftest import MakeHere
from tests.rosters.test_routes import MOST_STATEMENTS, statements

BORN = date(1985, 4, 9)
WHO = {"family_name": "渡邉\U000e0101", "given_name": "𠮷郎", "born_on": BORN}
WHOLE, MASKED = "渡邉\U000e0101 𠮷郎", "渡○ 𠮷○"


@pytest.fixture
def certificate(make: MakeHere) -> Certificate:
    return make.certificate(attendees=[attendee(**WHO)])


def page_of(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def checked(client: FlaskClient, number: str, born_on: str = "") -> TestResponse:
    """Send the form of the page."""
    token = csrf_token(client, "/certificates/verify")
    return client.post("/certificates/verify", data={"csrf_token": token, "number": number, "born_on": born_on})


def asked(client: FlaskClient, certificate: Certificate, born_on: str) -> TestResponse:
    """Send the form of the QR code's page."""
    path = f"/certificates/{certificate.code}"
    data = {"csrf_token": csrf_token(client, path), "born_on": born_on}
    return client.post(f"{path}/holder", data=data)


def pdf_path(certificate: Certificate) -> str:
    return f"/certificates/{certificate.code}/certificate.pdf"


def as_staff(app: Flask, make: MakeHere) -> FlaskClient:
    client = app.test_client()
    sign_in(client, make.staff().email)
    return client


def deed(client: FlaskClient, certificate: Certificate, name: str, **fields: object) -> TestResponse:
    """A deed of the office on a certificate."""
    path = f"/office/certificates/{certificate.number}"
    return client.post(f"{path}/{name}", data={"csrf_token": csrf_token(client, path), **fields})


def test_s47_the_qr_page_shows_everything_but_the_name(client: FlaskClient, certificate: Certificate) -> None:
    answer = client.get(f"/certificates/{certificate.code}")
    page = page_of(answer)
    assert answer.status_code == 200
    for told in (
        "本物で、有効です",
        certificate.number,
        "監理責任者等講習",
        "6時間",
        MASKED,
        certificate.facts["place"],
    ):
        assert told in page
    assert "𠮷郎" not in page
    assert "1985" not in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"


def test_s47_who_knows_the_date_of_birth_sees_the_name(client: FlaskClient, certificate: Certificate) -> None:
    assert WHOLE in page_of(asked(client, certificate, "1985年4月9日"))
    wrong = asked(client, certificate, "1985-04-10")
    assert wrong.status_code == 422
    assert WHOLE not in page_of(wrong)
    assert "一致しません" in page_of(wrong)
    assert asked(client, certificate, "").status_code == 422


def test_s47_by_number_a_stranger_learns_state_course_and_masked_name(
    client: FlaskClient, certificate: Certificate
) -> None:
    typed = certificate.number.lower().replace("-", "－")
    page = page_of(checked(client, typed))
    for told in ("本物で、有効です", "監理責任者等講習", MASKED):
        assert told in page
    for hidden in ("𠮷郎", "1985", certificate.facts["place"], certificate.code):
        assert hidden not in page
    known = page_of(checked(client, certificate.number, BORN.isoformat()))
    assert WHOLE in known
    assert certificate.facts["place"] in known
    assert certificate.code not in known
    assert checked(client, certificate.number, "1990-01-01").status_code == 422


def test_s47_not_found_is_always_the_same(app: Flask, client: FlaskClient, certificate: Certificate) -> None:
    unknown = checked(client, "SUP-2026-999999")
    nonsense = checked(client, "hello", BORN.isoformat())
    code = client.get(f"/certificates/{certificate.code[:-1]}")
    for answer in (unknown, nonsense, code):
        assert answer.status_code == 404
        assert "該当する受講証明書が見つかりません" in page_of(answer)
    assert checked(client, "").status_code == 422
    token = csrf_token(client, "/certificates/verify")
    assert (
        client.post("/certificates/nonsense/holder", data={"csrf_token": token, "born_on": "1985-04-09"}).status_code
        == 404
    )


def test_s47_an_address_can_not_try_all_numbers(client: FlaskClient, certificate: Certificate) -> None:
    for count in range(BY_ADDRESS.most):
        assert checked(client, f"SUP-2026-{count:06}").status_code in {200, 404}
    refused = checked(client, certificate.number)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_s47_one_address_can_not_try_all_dates_of_birth(
    app: Flask, client: FlaskClient, certificate: Certificate
) -> None:
    for day in range(GUESSES.most):
        assert asked(client, certificate, f"1990-01-{day + 1:02}").status_code == 422
    for refused in (
        asked(client, certificate, BORN.isoformat()),
        checked(client, certificate.number, BORN.isoformat()),
    ):
        assert refused.status_code == 429
    assert checked(client, certificate.number).status_code == 200  # without a date it is still answered
    assert WHOLE in page_of(asked(elsewhere(app), certificate, BORN.isoformat()))  # nobody else is kept out


def test_s47_many_addresses_can_not_try_all_dates_of_birth(
    app: Flask, client: FlaskClient, certificate: Certificate
) -> None:
    with app.app_context(), transaction():
        for _ in range(BY_CERTIFICATE.most - 1):
            throttle.count_attempt(BY_CERTIFICATE.scope, certificate.number, now=clock.now())
    assert asked(client, certificate, "1990-01-01").status_code == 422
    assert asked(elsewhere(app), certificate, BORN.isoformat()).status_code == 429


def test_s47_a_right_date_is_never_counted(client: FlaskClient, certificate: Certificate) -> None:
    for _ in range(GUESSES.most + 1):
        assert asked(client, certificate, BORN.isoformat()).status_code == 200


def elsewhere(app: Flask) -> FlaskClient:
    """A browser at another network address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "203.0.113.99"
    return client


def test_r45_a_downloaded_certificate_is_always_the_same_bytes(
    app: Flask, certificate: Certificate, make: MakeHere
) -> None:
    office = as_staff(app, make)
    first, second = office.get(pdf_path(certificate)), office.get(pdf_path(certificate))
    assert first.data == second.data
    assert hashlib.sha256(first.data).hexdigest() == certificate.document.sha256
    assert first.headers["Content-Disposition"].startswith("attachment")
    assert first.mimetype == "application/pdf"


def test_s21_who_may_download(app: Flask, make: MakeHere) -> None:
    booker = make.coordinator()
    member = make.member(booker.organization, family_name="山田", born_on=BORN)
    certificate = make.certificate(booked_by=booker.person, attendees=[attendee(person=member.person.reference)])
    others = {
        booker.email: 200,  # the organization that booked the seat
        member.email: 200,  # the person
        make.staff().email: 200,
        make.member(booker.organization).email: 404,  # a colleague who coordinates nothing
        make.coordinator().email: 404,  # another organization
        make.instructor().email: 404,
    }
    for email, status in others.items():
        client = app.test_client()
        sign_in(client, email)
        assert client.get(pdf_path(certificate)).status_code == status, email
    assert app.test_client().get(pdf_path(certificate)).status_code == 302


def test_s25_a_coordinator_who_left_downloads_nothing(app: Flask, make: MakeHere) -> None:
    certificate = make.certificate()
    organization = certificate.entry.seat.booking.organization
    second = make.coordinator(organization)
    client = app.test_client()
    sign_in(client, second.email)
    assert client.get(pdf_path(certificate)).status_code == 200
    with make.deed():
        membership = live_membership(second.person.id, organization.id)
        assert membership is not None
        accounts.end_membership(membership, until_on=clock.today(), by=SYSTEM, now=clock.now())
    assert client.get(pdf_path(certificate)).status_code == 404


def test_the_organization_lists_its_certificates(app: Flask, make: MakeHere) -> None:
    booker, other = make.coordinator(), make.coordinator()
    mine = make.certificate(booked_by=booker.person, attendees=[attendee(**WHO)])
    make.certificate(booked_by=other.person, days_ago=9)
    client = app.test_client()
    sign_in(client, booker.email)
    path = "/organization/certificates"
    assert page_of(client.get(path)).count(pdf_path(mine)) == 1
    for query, found in {
        "?q=渡邉": True, f"?q={mine.number}": True, "?q=よしだ": False, "?course=SUP": True, "?course=TIM": False,
        "?status=genuine": True, "?status=expired": False, "?status=revoked": False, "?status=nonsense": True,
        "?page=7": False, "?q=%25": False,
    }.items():  # fmt: skip
        assert (pdf_path(mine) in page_of(client.get(path + query))) is found, query
    rows = list(csv.reader(io.StringIO(page_of(client.get(f"{path}.csv?q={mine.number}")).removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert rows[1][:3] == [mine.number, "1", WHOLE]


def test_a_person_who_joined_later_is_listed_without_the_document(app: Flask, make: MakeHere) -> None:
    certificate = make.certificate()
    joined = make.coordinator()
    with make.deed():
        organization = session.get_one(Organization, joined.organization.id)
        person = session.get_one(Person, certificate.person_id)
        establishment = organization.establishments[0]
        accounts.join_organization(person, organization, establishment=establishment, by=SYSTEM, now=clock.now())
    client = app.test_client()
    sign_in(client, joined.email)
    page = page_of(client.get("/organization/certificates"))
    assert certificate.number in page
    assert pdf_path(certificate) not in page
    assert client.get(pdf_path(certificate)).status_code == 404


def test_few_statements_however_many_certificates(app: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=-7)
    somebody = make.coordinator()
    make.paid(run, 15, now=run.starts_at.replace(year=run.starts_at.year - 1), booked_by=somebody.person)
    make.closed_roster(run)
    make.papers(run)
    coordinator, office = app.test_client(), as_staff(app, make)
    sign_in(coordinator, somebody.email)
    with app.app_context():
        number = queries.for_office(CertificateFilter(), number=1, today=date(2030, 1, 1)).rows[0].number
    for client, path in (
        (coordinator, "/organization/certificates"),
        (coordinator, "/organization/certificates.csv"),
        (office, "/office/certificates"),
        (office, f"/office/certificates/{number}"),
        (office, "/office/notices-of-failure"),
    ):
        with statements(app) as sent:
            assert client.get(path).status_code == 200
        assert len(sent) <= MOST_STATEMENTS, (path, sent)


def test_inv12_a_revoked_certificate_verifies_as_revoked(
    app: Flask, client: FlaskClient, certificate: Certificate, make: MakeHere
) -> None:
    office = as_staff(app, make)
    assert deed(office, certificate, "revocation", reason="").status_code == 422
    assert deed(office, certificate, "revocation", reason="<b>替え玉受講</b>").status_code == 303
    for answer in (client.get(f"/certificates/{certificate.code}"), checked(client, certificate.number)):
        assert answer.status_code == 200
        assert "取り消されています" in page_of(answer)
        assert "&lt;b&gt;替え玉受講" in page_of(answer)
        assert "有効です" not in page_of(answer)
    assert deed(office, certificate, "revocation", reason="x").status_code == 409
    assert deed(office, certificate, "reissue", cause="lost", revision="1").status_code == 409


def test_r45_an_older_copy_verifies_as_replaced(
    app: Flask, client: FlaskClient, certificate: Certificate, make: MakeHere
) -> None:
    office = as_staff(app, make)
    new = {"family_name": "髙﨑", "given_name": "𠮷郎", "family_name_kana": "たかさき", "given_name_kana": "よしろう"}
    assert deed(office, certificate, "reissue", cause="name_changed", revision="1").status_code == 422
    assert deed(office, certificate, "reissue", revision="1", **new).status_code == 422
    bad = deed(office, certificate, "reissue", cause="name_changed", revision="1", family_name="\ue000")
    assert bad.status_code == 422
    assert "U+E000" in page_of(bad)
    assert deed(office, certificate, "reissue", cause="name_changed", revision="1", **new).status_code == 303
    with app.app_context():
        latest, older = queries.copies_of(certificate.number)
    assert (latest.facts["name"], latest.facts["revision"]) == ("髙﨑 𠮷郎", 2)
    assert "差し替えられています" in page_of(client.get(f"/certificates/{older.code}"))
    assert "本物で、有効です" in page_of(client.get(f"/certificates/{latest.code}"))
    by_number = page_of(checked(client, certificate.number))
    assert "第2版" in by_number
    assert "髙○ 𠮷○" in by_number
    assert latest.code not in page_of(client.get(f"/certificates/{older.code}"))
    assert deed(office, certificate, "reissue", cause="lost", revision="1").status_code == 409  # a stale page
    assert page_of(office.get(f"/office/certificates/{certificate.number}")).count("差替え済み") >= 1


def test_a_closed_roster_is_reopened_by_staff_while_no_certificate_exists(app: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=-7)
    make.paid(run, 1, now=run.starts_at.replace(year=run.starts_at.year - 1))
    office, path = as_staff(app, make), f"/office/rosters/{run.reference}/reopening"
    assert office.get(path).status_code == 404  # it is open
    make.closed_roster(run)
    assert office.get(path).status_code == 200

    def reopen(reason: str) -> int:
        return office.post(path, data={"csrf_token": csrf_token(office, path), "reason": reason}).status_code

    assert reopen("") == 422
    assert reopen("採点の誤り") == 303
    make.closed_roster(run)
    make.papers(run)
    assert reopen("採点の誤り") == 409


def test_s20_the_office_pages_are_for_staff(app: Flask, certificate: Certificate, make: MakeHere) -> None:
    paths = (
        "/office/certificates", "/office/certificates.csv", f"/office/certificates/{certificate.number}",
        "/office/notices-of-failure", f"/office/rosters/{certificate.entry.seat.run.reference}/reopening",
    )  # fmt: skip
    for email in (make.coordinator().email, make.instructor().email):
        client = app.test_client()
        sign_in(client, email)
        for path in paths:
            assert client.get(path).status_code == 404, path
        token = csrf_token(client)
        for name in ("revocation", "reissue"):
            path = f"/office/certificates/{certificate.number}/{name}"
            assert client.post(path, data={"csrf_token": token, "reason": "x"}).status_code == 404


def test_notices_of_failure_are_kept_for_the_office(app: Flask, make: MakeHere) -> None:
    run = make.run(days_ahead=-7)
    make.paid(run, 1, now=run.starts_at.replace(year=run.starts_at.year - 1), attendees=[attendee(**WHO)])
    make.closed_roster(run, failed=1)
    make.papers(run)
    office = as_staff(app, make)
    page = page_of(office.get("/office/notices-of-failure?q=渡邉"))
    assert WHOLE in page
    path = page.split('href="/office/notices-of-failure/')[1].split('"')[0]
    assert office.get(f"/office/notices-of-failure/{path}").data.startswith(b"%PDF")
    assert office.get("/office/notices-of-failure/SUP-2026-F999999.pdf").status_code == 404
    assert WHOLE not in page_of(office.get("/office/notices-of-failure?q=山田"))
    file = office.get("/office/notices-of-failure.csv?q=渡邉")
    assert file.data.startswith(b"\xef\xbb\xbf")
    assert WHOLE in page_of(file)
    assert WHOLE in page_of(office.get("/office/notices-of-failure.csv?from_on=2020-01-01"))
    assert WHOLE not in page_of(office.get("/office/notices-of-failure.csv?until_on=2020-01-01"))
    assert "/office/notices-of-failure.csv?q=" in page
    assert 'href="#from_on"' in page_of(office.get("/office/notices-of-failure?from_on=soon"))
