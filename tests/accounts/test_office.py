"""The office's pages: organizations, people, accounts; and the first staff account."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from courses_app.accounts.models import Account, MemberStatus, Organization, OrganizationKind
from courses_app.foundation.audit import AuditEntry
from courses_app.foundation.db import session
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.mailbox import link_to
from tests.accounts.signing import post, sign_in
from tests.accounts.test_joining import JOIN
from tests.make import Make

LISTS = ("/office/organizations", "/office/people", "/office/accounts")


def test_only_staff_come_in(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    paths = [
        *LISTS,
        "/office/organizations.csv",
        "/office/people.csv",
        "/office/accounts.csv",
        f"/office/organizations/{somebody.organization.reference}",
        f"/office/people/{somebody.person.reference}",
        f"/office/accounts/{somebody.account.reference}",
    ]
    for person in (somebody, make.instructor(), make.member(somebody.organization)):
        browser = app.test_client()
        sign_in(browser, person.email)
        assert [browser.get(path).status_code for path in paths] == [404] * len(paths)
    assert [client.get(path).status_code for path in paths] == [302] * len(paths)
    sign_in(client, make.staff().email)
    assert [client.get(path).status_code for path in paths] == [200] * len(paths)


def test_organizations_are_filtered_and_written_to_a_file(client: FlaskClient, make: Make) -> None:
    make.organization(name="=HYPERLINK(あかぎ)組合", phone="+81-3-0000-0101")
    make.organization(OrganizationKind.IMPLEMENTING, name="株式会社みなも精機")
    sign_in(client, make.staff().email)
    listed = client.get("/office/organizations?kind=implementing").get_data(as_text=True)
    assert "みなも精機" in listed
    assert "あかぎ" not in listed
    everything = client.get("/office/organizations?kind=nonsense&prefecture=99&page=x").get_data(as_text=True)
    assert "あかぎ" in everything
    file = client.get("/office/organizations.csv?kind=supervising")
    assert file.get_data().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(file.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0][1] == "団体・企業名"
    assert [row[1] for row in rows[1:]] == ["'=HYPERLINK(あかぎ)組合"]
    assert rows[1][3] == "監理団体"


def rows_of(answer: TestResponse) -> list[list[str]]:
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))[1:]


def test_people_are_filtered_and_written_to_a_file(client: FlaskClient, make: Make) -> None:
    one, other = make.organization(name="あかぎ協同組合"), make.organization(name="みなも精機")
    chief, worker = make.coordinator(one), make.person(other, family_name="=1+2")
    teacher = make.instructor()
    sign_in(client, make.staff().email)

    def found(conditions: str) -> set[str]:
        page = client.get(f"/office/people?{conditions}")
        rows = rows_of(client.get(f"/office/people.csv?{conditions}"))
        assert all(row[0] in page.get_data(as_text=True) for row in rows)
        return {row[0] for row in rows}

    assert {chief.person.reference, worker.reference, teacher.person.reference} < found("")
    assert found("organization=みなも") == {worker.reference}
    assert found(f"organization={one.reference.lower()}&role=coordinator") == {chief.person.reference}
    assert found("role=instructor") == {teacher.person.reference}
    assert found("account=without") == {worker.reference}
    assert found("role=nonsense&account=nonsense") == found("")
    assert next(row for row in rows_of(client.get("/office/people.csv?account=without")))[1].startswith("'=1+2")
    assert "/office/people.csv?role=instructor" in client.get("/office/people?role=instructor").get_data(as_text=True)


def test_accounts_are_filtered_and_written_to_a_file(app: Flask, client: FlaskClient, make: Make) -> None:
    chief, teacher, staff = make.coordinator(), make.instructor(), make.staff()
    with make.deed():
        session.get_one(Account, chief.account.id).active = False
        session.get_one(Account, teacher.account.id).confirmed_at = None
    sign_in(client, staff.email)

    def found(conditions: str) -> set[str]:
        return {row[0] for row in rows_of(client.get(f"/office/accounts.csv?{conditions}"))}

    assert found("") == {chief.email, teacher.email, staff.email}
    assert found("state=closed") == {chief.email}
    assert found("state=unconfirmed") == {teacher.email}
    assert found("state=used&role=staff") == {staff.email}
    assert found("state=used&role=instructor") == set()
    page = client.get("/office/accounts?state=used").get_data(as_text=True)
    assert "/office/accounts.csv?state=used" in page
    assert chief.email not in page


def test_a_supporting_membership_is_verified_once(app: Flask, client: FlaskClient, make: Make) -> None:
    organization = make.organization(member_number="M-0103")
    sign_in(client, make.staff().email)
    page = f"/office/organizations/{organization.reference}"
    assert "賛助会員の確認待ちです" in client.get(page).get_data(as_text=True)
    assert post(client, f"{page}/membership", {"verified": "yes"}, page=page).location == page
    assert "賛助会員の確認待ちです" not in client.get(page).get_data(as_text=True)
    with app.app_context():
        assert session.get_one(Organization, organization.id).member_status is MemberStatus.VERIFIED
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "organization.membership_decided")).one()
        assert (entry.before, entry.after) == ("pending", "verified")
        assert entry.actor_label == "水野 浩二"


def test_the_office_changes_an_organization(app: Flask, client: FlaskClient, make: Make) -> None:
    organization = make.organization()
    sign_in(client, make.staff().email)
    page = f"/office/organizations/{organization.reference}"
    fields = {**JOIN, "contact_name": "小野寺", "contact_email": "o@example.jp", "version": "1"}
    assert post(client, f"{page}/edit", {**fields, "name": ""}).status_code == 422
    assert post(client, f"{page}/edit", fields).location == page
    with app.app_context():
        assert session.get_one(Organization, organization.id).name == "あかぎ未来ものづくり協同組合"


def test_access_is_granted_withdrawn_and_closed(app: Flask, client: FlaskClient, make: Make) -> None:
    chief, clerk = make.staff("chief@example.jp"), make.coordinator(email="clerk@example.jp")
    sign_in(client, chief.email)
    clerks_browser = app.test_client()
    sign_in(clerks_browser, clerk.email)
    page = f"/office/accounts/{clerk.account.reference}"
    assert clerks_browser.get("/office/people").status_code == 404
    post(client, f"{page}/roles", {"role": "staff"}, page=page)
    assert clerks_browser.get("/office/people").status_code == 200  # S-25: from the next request on
    post(client, f"{page}/roles/withdrawal", {"role": "staff"}, page=page)
    assert clerks_browser.get("/office/people").status_code == 404
    assert post(client, f"{page}/roles", {"role": "emperor"}, page=page).status_code == 400
    post(client, f"{page}/closing", {}, page=page)
    assert clerks_browser.get("/password/change").status_code == 302
    post(client, f"{page}/reopening", {}, page=page)
    assert clerks_browser.get("/password/change").status_code == 302
    sign_in(clerks_browser, clerk.email)


def test_nobody_takes_away_their_own_access(client: FlaskClient, make: Make) -> None:
    chief = make.staff("chief@example.jp")
    sign_in(client, chief.email)
    page = f"/office/accounts/{chief.account.reference}"
    for deed, fields in (("roles/withdrawal", {"role": "staff"}), ("closing", {})):
        refused = post(client, f"{page}/{deed}", fields, page=page)
        assert refused.status_code == 409
        assert "自分自身の権限は取り消せません" in refused.get_data(as_text=True)


def test_o11_the_offices_lists_ask_few_questions(app: Flask, client: FlaskClient, make: Make) -> None:
    organization = make.organization()
    for _ in range(22):
        make.coordinator(organization)
    sign_in(client, make.staff().email)
    for path in (*LISTS, f"/office/organizations/{organization.reference}"):
        with statements(app) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= MOST_STATEMENTS, (path, len(seen))


@pytest.mark.parametrize("typed", ["office@example.jp", " ＯＦＦＩＣＥ＠example.jp"])
def test_s09_the_first_staff_account_chooses_its_password_by_mail(app: Flask, client: FlaskClient, typed: str) -> None:
    result = app.test_cli_runner().invoke(args=["create-staff", typed])
    assert result.exit_code == 0, result.output
    with app.app_context():
        account = session.scalars(select(Account)).one()
        assert (account.email, account.password, account.confirmed_at) == ("office@example.jp", None, None)
    link = link_to(app, "office@example.jp", "/password/reset/")
    assert post(client, link, {"password": "kotoba-mikan-densha"}).location == "/sign-in"
    assert sign_in(client, "office@example.jp", "kotoba-mikan-densha").location == "/office/today"


def test_create_staff_says_what_is_wrong(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["create-staff", "office"])
    assert result.exit_code == 1
    assert "is not an e-mail address" in result.output
