"""What staff see and correct of the law, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from courses_app.compliance import queries
from tests.accounts.signing import post, sign_in

if TYPE_CHECKING:
    from tests.compliance.conftest import MakeHere

PAGE = "/office/requirements"
ROW = f"{PAGE}/supervision_manager.SUP.20171101"
FIELDS = {
    "strength": "required", "validity_months": "２４", "legal_basis_ja": "規則第53条", "legal_basis_en": "Article 53",
    "from_on": "2017-11-01", "until_on": "", "version": "1",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("door")


@pytest.fixture
def door(make: MakeHere, client: FlaskClient) -> None:
    make.law()
    sign_in(client, make.staff().email)


def test_every_role_stands_there_with_its_basis(client: FlaskClient) -> None:
    page = client.get(PAGE).get_data(as_text=True)
    for word in ("監理責任者", "外部監査人", "技能実習責任者", "生活指導員", "3年", "施行規則第53条", "12, 6, 3, 1"):
        assert word in page


def test_a_requirement_is_corrected(make: MakeHere, client: FlaskClient) -> None:
    assert post(client, ROW, FIELDS).status_code == 303
    with make.app.app_context():
        found = queries.requirement_by_reference("supervision_manager.SUP.20171101")
        assert found is not None
        assert (found.validity_months, found.legal_basis_ja) == (24, "規則第53条")


def test_a_page_that_has_grown_old_changes_nothing(client: FlaskClient) -> None:
    post(client, ROW, FIELDS)
    late = post(client, ROW, {**FIELDS, "validity_months": "12"})
    assert late.status_code == 409
    assert 'value="12"' in late.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("validity_months", "0"),
        ("validity_months", "三年"),
        ("legal_basis_ja", " "),
        ("from_on", ""),
        ("strength", "maybe"),
    ],
)
def test_what_makes_no_sense_comes_back_with_a_sentence(name: str, value: str, client: FlaskClient) -> None:
    assert post(client, ROW, {**FIELDS, name: value}).status_code == 422


def test_the_reminders_are_changed(make: MakeHere, client: FlaskClient) -> None:
    assert post(client, f"{PAGE}/reminders", {"months": "９か月、３か月"}, page=PAGE).status_code == 303
    with make.app.app_context():
        assert queries.reminder_steps() == [9, 3]
    assert post(client, f"{PAGE}/reminders", {"months": "いつでも"}, page=PAGE).status_code == 422


def test_what_is_not_there_is_not_there(client: FlaskClient) -> None:
    assert client.get(f"{PAGE}/nothing").status_code == 404


def test_only_staff_come_in(make: MakeHere) -> None:
    with make.app.test_client() as other:
        assert other.get(PAGE).status_code == 302
        sign_in(other, make.coordinator().email)
        assert other.get(PAGE).status_code == 404
        assert other.get(ROW).status_code == 404
