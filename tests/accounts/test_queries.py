"""Questions: each found through the organization, searched in any spelling, in few statements."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from courses_app.accounts import queries
from courses_app.accounts.models import MemberStatus, OrganizationKind
from courses_app.accounts.queries import office
from courses_app.accounts.queries.office import OrganizationFilter
from courses_app.accounts.rules.wanted import AccountsWanted, PeopleWanted
from courses_app.foundation.db import session
from tests.accounts.making import person_facts
from tests.make import Make


@pytest.mark.parametrize(
    "typed", ["高﨑", "髙﨑", "たかさき", "タカサキ", "ﾀｶｻｷ", "タカサキ　ケンイチ", "崎健", " 健一 "]
)
def test_a_person_is_found_by_name_and_kana_in_any_width(inside: Flask, make: Make, typed: str) -> None:
    organization = make.organization()
    make.person(organization)
    make.person(organization, family_name="小野寺", family_name_kana="オノデラ", given_name="", given_name_kana="")
    found = queries.people_of(organization, search=typed).rows
    expected = [] if typed in {"高﨑", "崎健"} else ["髙﨑"]  # another kanji is another name
    assert [person.family_name for person in found] == expected


def test_a_search_takes_signs_literally(inside: Flask, make: Make) -> None:
    organization = make.organization()
    make.person(organization)
    assert queries.people_of(organization, search="%").total == 0
    assert queries.people_of(organization, search="_").total == 0


def test_s20_people_are_found_through_their_organization_only(inside: Flask, make: Make) -> None:
    organization, other = make.organization(), make.organization()
    person = make.person(organization)
    assert queries.person_of(organization, person.reference) is not None
    assert queries.person_of(other, person.reference) is None
    assert queries.membership_of(other, person.reference) is None
    place = queries.establishments_of(organization)[0]
    assert queries.establishment_of(other, place.reference) is None
    assert queries.people_of(other).total == 0


def test_people_stand_in_the_order_of_their_kana(inside: Flask, make: Make) -> None:
    organization = make.organization()
    for kana in ("ワタナベ", "アオキ", "タカサキ"):
        make.person(organization, family_name_kana=kana)
    assert [one.family_name_kana for one in queries.people_of(organization).rows] == ["アオキ", "タカサキ", "ワタナベ"]
    assert queries.memberships_of(organization).rows[0].person.family_name_kana == "アオキ"


def test_namesakes_are_told_apart_by_their_day_of_birth(inside: Flask, make: Make) -> None:
    organization = make.organization()
    person = make.person(organization, family_name="BROWN", given_name="EMILY")
    for facts, expected in [
        ({"family_name": "Ｂｒｏｗｎ", "given_name": "emily"}, [person.id]),
        ({"family_name": "BROWN", "given_name": "EMILY", "born_on": None}, [person.id]),
        ({"family_name": "BROWN", "given_name": "EMILY", "born_on": date(1990, 1, 1)}, []),
        ({"family_name": "BROWN", "given_name": "EM"}, []),
    ]:
        assert [one.id for one in queries.namesakes(organization, person_facts(**facts))] == expected


def test_the_office_finds_organizations(inside: Flask, make: Make) -> None:
    first = make.organization(name="あかぎ未来ものづくり協同組合", member=True, prefecture="10")
    second = make.organization(
        OrganizationKind.IMPLEMENTING, name="株式会社みなも精機", name_kana="カブシキガイシャミナモセイキ"
    )

    def found(**wanted: object) -> list[str]:
        return [one.reference for one in office.organizations(OrganizationFilter(**wanted), page=1).rows]  # type: ignore[arg-type]

    assert found(search="ミナモ") == found(search="みなも") == [second.reference]
    assert found(search=first.corporate_number) == [first.reference]
    assert found(kind=OrganizationKind.SUPERVISING) == [first.reference]
    assert found(member_status=MemberStatus.VERIFIED) == [first.reference]
    assert found(prefecture="10") == [first.reference]
    assert len(found()) == 2
    assert len(list(office.all_organizations(OrganizationFilter()))) == 2


def test_the_office_finds_people_and_accounts(inside: Flask, make: Make) -> None:
    somebody = make.coordinator(email="taro@example.jp")
    make.instructor("mizuno@example.jp")
    assert [one.id for one in office.people(PeopleWanted("TARO@"), page=1).rows] == [somebody.person.id]
    assert [one.full_name for one in office.people(PeopleWanted("水野"), page=1).rows] == ["水野 浩二"]
    assert office.accounts(AccountsWanted(role="instructor"), page=1).total == 1
    assert office.accounts(AccountsWanted("taro"), page=1).rows[0].person.full_name == "髙﨑 健一"
    person = office.person(somebody.person.reference)
    assert person
    assert person.account
    assert person.memberships[0].organization.id == somebody.organization.id
    session.expire_all()
