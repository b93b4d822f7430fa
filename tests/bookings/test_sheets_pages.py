"""From a file to the order: all or nothing, nothing typed lost, and a colleague may go on (R-41, R-42, R-43, R-48)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from courses_app.accounts.models import Organization, Person
from courses_app.bookings import operations, queries, tasks
from courses_app.bookings.models import AttendeeDraft, Booking, Seat
from courses_app.bookings.rules.drafts import MOST_DRAFTS
from courses_app.bookings.rules.sheets import RowsToMend
from courses_app.catalogue.models import CourseRun
from courses_app.certificates.rules.validity import valid_through
from courses_app.foundation import clock
from courses_app.foundation.db import in_transaction, session, transaction
from tests.accounts.signing import csrf_token, sign_in
from tests.accounts.test_at_once import at_once
from tests.bookings.conftest import MakeHere
from tests.bookings.making import attendee, by, draft_row
from tests.bookings.test_routes import counted, text_of
from tests.foundation.test_sheets import workbook

HEADER = ["姓", "名", "セイ", "メイ", "生年月日", "役割", "メール"]
TOKEN = re.compile(r'name="form_token"[^>]* value="([^"]+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')


def line(number: int, **changes: str) -> list[str]:
    values = {
        "family": "𠮷野", "given": f"花子{number}", "kana": "よしの", "kana2": "ﾊﾅｺ", "born": "昭和60年4月9日",
        "role": "", "email": f"h{number}@example.jp", **changes,
    }  # fmt: skip
    return list(values.values())


def sent(
    client: FlaskClient, run: CourseRun, content: bytes, name: str = "名簿.xlsx", *, token: str = ""
) -> TestResponse:
    """Send a file through the page."""
    path = f"/runs/{run.reference}/bookings/file"
    page = text_of(client.get(path))
    found = TOKEN.search(page)
    assert found
    data = {"csrf_token": csrf_token(client, path), "form_token": token or found[1]}
    return client.post(path, data={**data, "sheet": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def listed(client: FlaskClient, run: CourseRun, *lines: Sequence[str]) -> str:
    """Send the lines as a workbook; the address of the list."""
    answer = sent(client, run, workbook(HEADER, *lines))
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def pressed(client: FlaskClient, path: str, deed: str, **fields: str) -> TestResponse:
    """Send a form of the list's page."""
    found = VERSION.search(text_of(client.get(path)))
    data = {"csrf_token": csrf_token(client, path), "version": found[1] if found else "0", "page": "1", **fields}
    return client.post(f"{path}/{deed}", data=data)


def count(app: Flask, kind: type = Booking) -> int:
    with app.app_context():
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_upload_mend_one_row_hold_and_order(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    make.issuer()
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    assert f"/runs/{run.reference}/bookings/file" in text_of(client.get(f"/runs/{run.reference}/bookings/new"))
    where = listed(client, run, line(1), line(2, born="昭和70年1月1日"), line(3))
    page = text_of(client.get(where))
    assert 'value="昭和70年1月1日"' in page
    assert page.count('class="fieldset"') == 1
    refused = pressed(client, where, "booking")
    assert refused.status_code == 409
    assert count(app) == 1  # seats without names, kept while the list is mended
    again = pressed(client, where, "rows", **{"rows-3-born_on": "１９８６／１／２"})
    assert again.status_code == 303
    assert 'class="fieldset"' not in text_of(client.get(where))
    held = pressed(client, where, "booking")
    assert held.status_code == 303, text_of(held)
    review = str(held.headers["Location"])
    assert "/bookings/B-" in review
    assert client.get(where).headers["Location"] == review  # the list leads to its booking
    page = text_of(client.get(review))
    assert all(f"𠮷野 花子{number}" in page for number in (1, 2, 3))
    data = {"csrf_token": csrf_token(client, review), "names_confirmed": "y", "payment_method": "bank_transfer"}
    assert client.post(f"{review}/confirmation", data=data).status_code == 303
    with app.app_context():
        assert session.scalar(select(func.count(Seat.id))) == 3
        assert session.scalars(select(AttendeeDraft)).one().rows == []
        assert queries.violations(now=clock.now()) == []


def test_r42_sent_twice_and_pressed_twice_are_one(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    content = workbook(HEADER, line(1))
    first, second = (sent(client, run, content, token="the-same-form") for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    other = sent(client, run, workbook(HEADER, line(2)), token="the-same-form")
    assert other.headers["Location"] != first.headers["Location"]
    where = str(first.headers["Location"])
    found = VERSION.search(text_of(client.get(where)))
    assert found
    data = {"csrf_token": csrf_token(client, "/organization/bookings"), "version": found[1]}
    answers = [client.post(f"{where}/booking", data=data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert count(app) == 1


def test_r48_five_thousand_rows_with_faults(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    before = count(app, Person)
    lines = [line(n, born="いつか" if n in (17, 4321) else "1980-04-01") for n in range(5000)]
    where = listed(client, run, *lines)
    with counted(app) as asked:
        page = text_of(client.get(where))
    assert len(asked) <= 12, asked
    assert 'id="row-19"' in page
    assert 'id="row-4323"' in page  # as Excel numbers them: the header is row 1
    assert page.count('class="fieldset"') == 2
    assert "page=100" in page
    assert pressed(client, where, "booking").status_code == 409
    assert (count(app), count(app, Person)) == (0, before)
    fixed = {"rows-19-born_on": "1980-04-01", "rows-4323-born_on": "1980-04-01"}
    assert pressed(client, where, "rows", **fixed).status_code == 303
    too_many = pressed(client, where, "booking")
    assert too_many.status_code == 409
    assert (count(app), count(app, Person)) == (0, before)


def test_one_row_more_than_the_page_says_is_refused(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    too_many = sent(client, run, workbook(HEADER, *(line(n) for n in range(5001))))
    assert too_many.status_code == 422
    assert "5,000行を超えています" in text_of(too_many)
    assert count(app, AttendeeDraft) == 0


def test_a_filename_is_kept_without_what_no_page_shows(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    assert sent(client, run, workbook(HEADER, line(1)), "名\0\u202e簿\u2066\x07.xlsx").status_code == 303
    with app.app_context():
        assert session.scalars(select(AttendeeDraft)).one().filename == "名 簿 .xlsx"


def test_r02_fewer_seats_than_rows_hold_none(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, somebody = make.run(capacity=2), make.coordinator()
    sign_in(client, somebody.email)
    where = listed(client, run, line(1), line(2), line(3))
    assert pressed(client, where, "booking").status_code == 409
    assert count(app) == 0
    assert pressed(client, where, "rows", remove="2").status_code == 303
    assert pressed(client, where, "booking").status_code == 303


def test_a_list_may_be_longer_than_a_form(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, somebody = make.run(capacity=60), make.coordinator()
    sign_in(client, somebody.email)
    where = listed(client, run, *(line(n) for n in range(60)))
    held = pressed(client, where, "booking")
    assert held.status_code == 303, text_of(held)
    assert client.get(str(held.headers["Location"])).status_code == 200


def test_a_colleague_goes_on_and_nobody_else(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    run, somebody = make.run(), make.coordinator()
    colleague, stranger = make.coordinator(somebody.organization), make.coordinator()
    draft = make.draft(run, somebody=somebody)
    where = f"/organization/drafts/{draft.reference}"
    sign_in(client, colleague.email)
    assert where in text_of(client.get("/organization/bookings"))
    assert pressed(client, where, "rows", **{"rows-2-email": "new@example.jp"}).status_code == 303
    other = app.test_client()
    sign_in(other, stranger.email)
    assert where not in text_of(other.get("/organization/bookings"))
    assert other.get(where).status_code == 404
    data = {"csrf_token": csrf_token(other, "/organization/bookings")}
    for deed in ("rows", "booking", "deletion"):
        assert other.post(f"{where}/{deed}", data=data).status_code == 404


def test_r41_two_colleagues_mend_at_once(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    somebody = make.coordinator()
    draft = make.draft(make.run(), draft_row(2, born_on="x"), somebody=somebody)
    where = f"/organization/drafts/{draft.reference}"
    sign_in(client, somebody.email)
    old = draft.version
    assert pressed(client, where, "rows", **{"rows-2-given_name": "一郎"}).status_code == 303
    late = pressed(client, where, "rows", **{"version": str(old), "rows-2-given_name": "<二郎>"})
    assert late.status_code == 409
    page = text_of(late)
    assert 'value="&lt;二郎&gt;"' in page
    with app.app_context():
        assert session.scalars(select(AttendeeDraft)).one().rows[0]["given_name"] == "一郎"


def test_a_right_row_is_edited_whole_and_nothing_typed_elsewhere_is_lost(client: FlaskClient, make: MakeHere) -> None:
    somebody = make.coordinator()
    draft = make.draft(make.run(), draft_row(2, born_on="x"), draft_row(3), somebody=somebody)
    sign_in(client, somebody.email)
    answer = pressed(
        client, f"/organization/drafts/{draft.reference}", "rows", **{"edit": "3", "rows-2-born_on": "S55.4.1"}
    )
    assert answer.headers["Location"].endswith("edit=3#row-3")
    page = text_of(client.get(answer.headers["Location"]))
    assert "rows-2-born_on" not in page  # it is right now
    assert 'name="rows-3-given_name"' in page


def test_what_other_rooms_know_of_people_is_told(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    somebody = make.coordinator()
    run, meanwhile = make.run(), make.run("TIM", online=True)
    assert meanwhile.starts_at < run.ends_at
    assert meanwhile.ends_at > run.starts_at
    sitting = [make.person(somebody.organization, given_name=name) for name in ("甲", "乙")]
    theirs = {"organization": somebody.organization, "booked_by": somebody.person}
    facts = [operations.AttendeeFacts(person=one.reference) for one in sitting]
    make.held(run, attendees=facts[:1], **theirs)
    make.held(meanwhile, attendees=facts[1:], **theirs)
    rows = [
        draft_row(n, family_name="髙﨑", given_name=name, born_on="1985-04-09") for n, name in ((2, "甲"), (3, "乙"))
    ]
    draft = make.draft(run, *rows, draft_row(4), draft_row(5, given_name="花子4"), somebody=somebody)
    sign_in(client, somebody.email)
    where = f"/organization/drafts/{draft.reference}"
    page = text_of(client.get(where))
    assert [f'id="row-{n}"' in page for n in (2, 3, 4, 5)] == [True, False, True, True]
    assert page.count("日時の重複") == 1
    assert pressed(client, where, "rows", remove="booked").status_code == 303
    assert pressed(client, where, "rows", remove="5").status_code == 303
    assert pressed(client, where, "booking").status_code == 303


def test_a_certificate_that_still_counts_is_told_with_both_clocks(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    somebody, teacher = make.coordinator(), make.instructor()
    held = make.run(days_ahead=-20, instructor=teacher.person)
    who = attendee()
    paid = make.paid(
        held, organization=somebody.organization, booked_by=somebody.person, attendees=[who],
        now=held.starts_at - timedelta(days=30),
    )  # fmt: skip
    make.closed_roster(held, by=teacher.person)
    make.papers(held)
    run = make.run()
    row = draft_row(2, family_name=who.family_name, given_name=who.given_name, born_on=str(who.born_on))
    draft = make.draft(run, row, somebody=somebody)
    sign_in(client, somebody.email)
    page = text_of(client.get(f"/organization/drafts/{draft.reference}"))
    assert "有効期間中" in page
    for day in (paid.first_run.ends_at, run.ends_at):
        last = valid_through(clock.day_of(day), 36)
        assert f"{last.year}年{last.month}月{last.day}日" in page


def test_refused_files_keep_the_page(client: FlaskClient, make: MakeHere, app: Flask) -> None:
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    for content in (b"MZ\0\0", b"", b"a,b\n1,2\n", workbook(HEADER), b"x" * (1024 * 1024 + 1)):
        answer = sent(client, run, content, "名簿.xlsx")
        assert answer.status_code == 422, text_of(answer)
        assert "error-summary" in text_of(answer)
    assert count(app, AttendeeDraft) == 0


def test_templates_are_downloads(client: FlaskClient, make: MakeHere) -> None:
    run, somebody = make.run(), make.coordinator()
    sign_in(client, somebody.email)
    for ending, beginning in (("xlsx", b"PK\x03\x04"), ("csv", b"\xef\xbb\xbf")):
        answer = client.get(f"/runs/{run.reference}/bookings/template.{ending}")
        assert answer.data.startswith(beginning)
        assert "attachment" in answer.headers["Content-Disposition"]


def test_lists_are_given_up_and_forgotten(app: Flask, client: FlaskClient, make: MakeHere) -> None:
    somebody, run = make.coordinator(), make.run()
    draft = make.draft(run, somebody=somebody)
    sign_in(client, somebody.email)
    where = f"/organization/drafts/{draft.reference}"
    assert pressed(client, where, "deletion").status_code == 303
    assert client.get(where).status_code == 200
    assert pressed(client, where, "rows").status_code == 409
    make.draft(run, somebody=somebody, now=clock.now() - timedelta(days=31))
    with app.app_context():
        assert tasks.run_due(clock=clock.now) == 1
        assert tasks.run_due(clock=clock.now) == 0
        assert session.scalar(select(func.count(AttendeeDraft.id))) == 1
        assert tasks.run_due(clock=lambda: clock.now() + timedelta(days=31)) == 1


def test_an_organization_keeps_few_lists(client: FlaskClient, make: MakeHere) -> None:
    somebody, run = make.coordinator(), make.run()
    for _ in range(MOST_DRAFTS):
        make.draft(run, somebody=somebody)
    sign_in(client, somebody.email)
    assert sent(client, run, workbook(HEADER, line(1))).status_code == 409


def test_nothing_is_booked_while_a_row_is_wrong(inside: Flask, make: MakeHere) -> None:
    somebody = make.coordinator()
    draft = make.draft(make.run(), draft_row(2), draft_row(3, family_name=""), somebody=somebody)
    with pytest.raises(RowsToMend), transaction():
        locked = queries.draft_for_update(somebody.organization, draft.reference)
        assert locked is not None
        operations.book_draft(
            draft=locked, version=locked.version, booked_by=session.get_one(Person, somebody.person.id),
            language="ja", by=by(somebody.person), now=clock.now(),
        )  # fmt: skip
    assert session.scalar(select(func.count(Booking.id))) == 0


def test_r05_many_hands_send_and_book_the_same_list(app: Flask, make: MakeHere) -> None:
    somebody, run = make.coordinator(), make.run()

    def send(_hand: int) -> str:
        def keep() -> str:
            return operations.keep_draft(
                organization=session.get_one(Organization, somebody.organization.id),
                run=session.get_one(CourseRun, run.id), rows=[draft_row(2), draft_row(3)], filename="名簿.csv",
                digest="the-same-file", form_token="the-same-form",
                created_by=session.get_one(Person, somebody.person.id), by=by(somebody.person), now=clock.now(),
            ).reference  # fmt: skip

        return in_transaction(keep)

    (reference,) = {str(answer) for answer in at_once(app, send)}

    def book(_hand: int) -> str:
        def hold() -> str:
            draft = queries.draft_for_update(session.get_one(Organization, somebody.organization.id), reference)
            assert draft is not None
            (booking,) = operations.book_draft(
                draft=draft, version=1, booked_by=session.get_one(Person, somebody.person.id), language="ja",
                by=by(somebody.person), now=clock.now(),
            )  # fmt: skip
            return booking.reference

        return in_transaction(hold)

    (booking,) = {str(answer) for answer in at_once(app, book)}
    assert booking.startswith("B-")
    assert (count(app), count(app, Seat)) == (1, 2)


def test_s37_direction_marks_leave_a_name_before_it_is_looked_at_and_variants_stay(
    app: Flask, client: FlaskClient, make: MakeHere
) -> None:
    run = make.run()
    sign_in(client, make.coordinator().email)
    where = listed(client, run, line(1, given="\u202e花\u2066\u200e葛\U000e0100\u2069"), line(2, given="花\u061c子"))
    assert "U+061C" in text_of(client.get(where))  # refused at its field, as everything our papers can't print
    assert not re.search(
        "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text_of(client.get(where)).replace("花\u061c子", "")
    )
    pressed(client, where, "rows", remove="3")
    assert pressed(client, where, "booking").status_code == 303
    with app.app_context():
        assert {seat.given_name for seat in session.scalars(select(Seat)) if seat.person_id} == {"花葛\U000e0100"}
