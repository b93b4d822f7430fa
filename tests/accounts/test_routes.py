"""The pages of a coordinator: people, establishments, details."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses_app.accounts.models import Account, Membership, MemberStatus, Organization, Person
from courses_app.foundation import clock
from courses_app.foundation.db import session
from courses_app.foundation.text import search_key
from tests.accounts.counting import MOST_STATEMENTS, statements
from tests.accounts.signing import post, sign_in
from tests.accounts.test_joining import JOIN
from tests.make import Make

PERSON = {
    "family_name": "渡邉󠄁", "given_name": "一", "family_name_kana": "わたなべ", "given_name_kana": "はじめ",
    "born_on": "１９８５年４月９日", "email": "ＨＡＪＩＭＥ＠example.jp", "establishment": "",
}  # fmt: skip


def test_a_person_is_kept_shown_and_changed(app: Flask, client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    assert post(client, "/organization/people/new", PERSON).location == "/organization/people"
    with app.app_context():
        person = session.scalars(select(Person).where(Person.family_name == PERSON["family_name"])).one()
        assert person.family_name.encode() == "渡邉󠄁".encode()
        assert person.born_on == date(1985, 4, 9)
        assert person.email == "hajime@example.jp"
    listed = client.get("/organization/people?search=ﾜﾀﾅﾍﾞ").get_data(as_text=True)
    assert "渡邉󠄁" in listed
    assert "髙﨑" not in listed.partition("<main")[2]
    page = f"/organization/people/{person.reference}"
    assert "1985年4月9日（火）" in client.get(page).get_data(as_text=True)
    edit = client.get(f"{page}/edit").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', edit)
    assert version
    changed = {**PERSON, "given_name": "二", "version": version[1]}
    assert post(client, f"{page}/edit", changed).location == "/organization/people"
    stale = post(client, f"{page}/edit", {**PERSON, "given_name": "三", "version": version[1]})
    body = stale.get_data(as_text=True)
    assert stale.status_code == 422
    assert 'value="三"' in body
    assert "現在保存されている内容" in body
    with app.app_context():
        assert session.get_one(Person, person.id).given_name == "二"


def test_the_same_person_again_is_asked_about_once(client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    post(client, "/organization/people/new", PERSON)
    twin = {**PERSON, "born_on": "1985-04-09", "family_name_kana": "ワタナベ"}
    asked = post(client, "/organization/people/new", twin)
    body = asked.get_data(as_text=True)
    assert asked.status_code == 422
    assert "同じ方がすでに登録されていませんか" in body
    looked = re.search(r'name="looked_at"[^>]*value="([^"]+)"', body)
    assert looked
    assert post(client, "/organization/people/new", {**twin, "looked_at": looked[1]}).status_code == 303


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"family_name": ""}, "姓"),
        ({"given_name_kana": ""}, "名のフリガナも入力してください"),
        ({"born_on": "2999-01-01"}, "生年月日を確かめてください"),
        ({"born_on": "4月9日"}, "1985-04-09"),
        ({"email": "not an address"}, "name@example.jp"),
        ({"family_name": "佐藤\U0001f600"}, "U+1F600"),
        ({"establishment": "E-ANOTHERS1"}, "事業所"),
    ],
)
def test_what_is_wrong_with_a_person_is_said(
    client: FlaskClient, make: Make, changes: dict[str, str], sentence: str
) -> None:
    sign_in(client, make.coordinator().email)
    answer = post(client, "/organization/people/new", {**PERSON, **changes})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in body.partition("error-summary")[2].partition("</div>")[0]
    assert 'value="一"' in body


def test_a_person_of_a_single_name_is_accepted(app: Flask, client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    single = {
        **PERSON,
        "family_name": "SUHARTO",
        "given_name": "",
        "family_name_kana": "スハルト",
        "given_name_kana": "",
    }
    assert post(client, "/organization/people/new", single).status_code == 303
    with app.app_context():
        assert session.scalars(select(Person).where(Person.family_name == "SUHARTO")).one().full_name == "SUHARTO"


def test_somebody_leaves(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    person = make.person(somebody.organization, family_name="小野寺")
    sign_in(client, somebody.email)
    page = f"/organization/people/{person.reference}"
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert post(client, f"{page}/departure", {"until_on": tomorrow}, page=page).status_code == 422
    gone = post(client, f"{page}/departure", {"until_on": clock.today().isoformat()}, page=page)
    assert gone.status_code == 303
    assert client.get(page).status_code == 404
    own = f"/organization/people/{somebody.person.reference}"
    kept = post(client, f"{own}/departure", {"until_on": clock.today().isoformat()}, page=own)
    assert kept.status_code == 422
    assert "ただ一人の申込担当者" in kept.get_data(as_text=True)


def test_s20_another_organizations_things_are_not_there(client: FlaskClient, make: Make) -> None:
    mine, theirs = make.coordinator(), make.coordinator()
    with make.deed():
        place = session.get_one(Organization, theirs.organization.id).establishments[0].reference
    sign_in(client, mine.email)
    person = f"/organization/people/{theirs.person.reference}"
    establishment = f"/organization/establishments/{place}"
    for path in (person, f"{person}/edit", establishment):
        assert client.get(path).status_code == 404
    for path in (f"{person}/edit", f"{person}/departure", establishment, f"{establishment}/closing"):
        assert post(client, path, PERSON, page="/password/change").status_code == 404
    body = client.get("/organization/members").get_data(as_text=True)
    assert mine.email in body
    assert theirs.email not in body


def test_a_member_is_no_coordinator(client: FlaskClient, make: Make) -> None:
    member = make.member(make.organization())
    sign_in(client, member.email)
    for path in (
        "/organization/people",
        "/organization/details",
        "/organization/members",
        "/organization/establishments",
    ):
        assert client.get(path).status_code == 404


def test_details_are_shown_and_changed(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    assert somebody.organization.name in client.get("/organization/details").get_data(as_text=True)
    fields = {**JOIN, "contact_name": "小野寺", "contact_email": "o@example.jp", "version": "1"}
    assert post(client, "/organization/details/edit", fields).location == "/organization/details"
    stale = post(client, "/organization/details/edit", {**fields, "address": "大阪市", "version": "1"})
    assert stale.status_code == 422
    assert "現在保存されている内容" in stale.get_data(as_text=True)
    with app.app_context():
        kept = session.get_one(Organization, somebody.organization.id)
        assert kept.address == "東京都港区西新橋99丁目9番9号"
        assert kept.search_key.startswith(search_key("あかぎ未来"))


def test_establishments_are_added_changed_and_closed(client: FlaskClient, make: Make) -> None:
    sign_in(client, make.coordinator().email)
    fields = {"name": "太田支所", "prefecture": "10", "address": "群馬県太田市９９９９"}
    assert post(client, "/organization/establishments/new", {**fields, "prefecture": "99"}).status_code == 422
    assert post(client, "/organization/establishments/new", fields).status_code == 303
    listed = client.get("/organization/establishments").get_data(as_text=True)
    found = re.search(r'href="(/organization/establishments/E-\w+)">太田支所', listed)
    assert found
    assert "群馬県太田市9999" in listed
    assert post(client, found[1], {**fields, "name": "太田事業所"}).status_code == 303
    assert post(client, f"{found[1]}/closing", {}, page=found[1]).status_code == 303
    assert "に閉鎖" in client.get("/organization/establishments").get_data(as_text=True)


def test_s22_only_what_a_form_asks_is_taken(app: Flask, client: FlaskClient, make: Make) -> None:
    """Every column of every table of the room is posted to every form: none but the form's own fields may change."""
    somebody = make.coordinator()
    sign_in(client, somebody.email)
    planted = {
        column.name: "verified" if column.name == "member_status" else "1"
        for model in (Account, Organization, Person, Membership)
        for column in model.__table__.columns
    } | {"roles": "staff", "member_status": "verified", "is_coordinator": "1", "organization": "1", "role": "staff"}
    other = make.person(somebody.organization, family_name="小野寺")
    page = f"/organization/people/{other.reference}/edit"
    assert post(client, page, {**planted, **PERSON, "version": "1"}).status_code == 303
    facts = {**planted, **JOIN, "member_number": "", "contact_name": "A", "contact_email": "a@example.jp"}
    assert post(client, "/organization/details/edit", {**facts, "version": "1"}).status_code == 303
    added = {**planted, **PERSON, "family_name": "新垣"}
    assert post(client, "/organization/people/new", added).status_code == 303
    with app.app_context():
        organization = session.get_one(Organization, somebody.organization.id)
        assert organization.member_status is MemberStatus.NONE
        assert organization.reference == somebody.organization.reference
        assert organization.created_at == somebody.organization.created_at
        account = session.get_one(Account, somebody.account.id)
        assert (account.email, list(account.roles), account.person_id) == (somebody.email, [], somebody.person.id)
        coordinators = session.scalar(select(func.count()).where(Membership.is_coordinator))
        assert coordinators == 1
        assert session.get_one(Person, other.id).reference == other.reference


def test_o11_lists_ask_few_questions_however_long_they_are(app: Flask, client: FlaskClient, make: Make) -> None:
    somebody = make.coordinator()
    for number in range(25):
        make.person(somebody.organization, given_name=f"{number}")
    sign_in(client, somebody.email)
    for path in (
        "/organization/people",
        "/organization/people?page=2",
        "/organization/members",
        "/organization/establishments",
    ):
        with statements(app) as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= MOST_STATEMENTS, (path, seen)
