"""The bytes of a calendar, from plain entries: RFC 5545 as C-01 to C-07 and C-32 put it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import recurring_ical_events
import vobject
from hypothesis import example, given, settings
from hypothesis import strategies as st

from courses_app.calendar_feeds.documents import Entry, calendar
from courses_app.calendar_feeds.documents.engine import plain
from courses_app.calendar_feeds.rules import EventStatus
from tests.calendar_feeds.reading import logical_lines, physical_lines, read

NINE = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
JAPANESE = '監理責任者等講習；東京, 第1回: "午前"\\終日 \U0001f4c5 渡邉\U000e0101 𠮷野 が\u3099'
HARD = JAPANESE + " \u202eעברית\u202c a\u2028b\u2029c\x85d"
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            '\\;,:"\r\n\t\u2028\u2029\x85\x0b\x0c\x00\x1c\U0001f469\u200d\U0001f680\ufe0f\U000e0101\u0301\u202e'
        ),
    ),
    max_size=200,
)


def entry(**changes: Any) -> Entry:
    facts: dict[str, Any] = {
        "uid": "run-R-TEST@courses.example", "starts": NINE, "ends": NINE + timedelta(hours=8), "summary": "講習",
        "description": "説明", "url": "https://courses.example.jp/runs/R-TEST", "changed_at": NINE, **changes,
    }  # fmt: skip
    return Entry(**facts)


def written(**changes: Any) -> bytes:
    return calendar("予定表", [entry(**changes)])


LONG = written(summary=HARD * 3, description=HARD * 20, location="、".join(["東京都千代田区"] * 30))


def test_c01_every_physical_line_has_75_octets_at_most() -> None:
    assert max(len(line) for line in physical_lines(LONG)) <= 75


def test_c02_every_physical_line_decodes_alone() -> None:
    for line in physical_lines(LONG):
        line.decode()


def test_c03_lines_end_with_crlf_and_there_is_no_mark_of_byte_order() -> None:
    assert LONG.endswith(b"END:VCALENDAR\r\n")
    assert LONG.count(b"\n") == LONG.count(b"\r") == LONG.count(b"\r\n")
    assert LONG.startswith(b"BEGIN:VCALENDAR\r\n")


def test_c04_no_control_character_but_tab() -> None:
    bad = "".join(chr(number) for number in [*range(9), *range(14, 32), 127, *range(128, 160)])
    content = written(summary=f"a{bad}b\x0bc\x0cd\te", description=bad, location=bad)
    assert not {number for number in content if number < 32} - {9, 10, 13}
    assert read(content).all("VEVENT")[0].text("SUMMARY").replace("\n", "") == "abcd\te"


def test_c05_what_must_be_escaped_is_and_nothing_else() -> None:
    raw = read(written(summary='a\\b;c,d\ne:f"g')).all("VEVENT")[0].raw("SUMMARY")
    assert raw == r'a\\b\;c\,d\ne:f"g'


@given(st.text("\\;,\n漢a", min_size=60, max_size=160))
@example(";" * 32 + "\\" + ";" * 27)  # where the library folds between two backslashes
def test_c06_no_line_is_folded_inside_an_escape(text: str) -> None:
    for line in physical_lines(written(summary=text, description=text * 3)):
        assert (len(line) - len(line.rstrip(b"\\"))) % 2 == 0, line
        assert len(line) <= 75


def test_c07_one_product_one_version() -> None:
    lines = logical_lines(calendar("a", [entry(), entry(uid="b@courses.example")]))
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    assert lines.count("VERSION:2.0") == 1


def test_c10_the_stamp_is_utc_and_the_instant_of_the_change() -> None:
    event = read(written(changed_at=datetime(2026, 7, 1, 3, 4, 5, 999, tzinfo=UTC))).all("VEVENT")[0]
    assert event.raw("DTSTAMP") == event.raw("LAST-MODIFIED") == "20260701T030405Z"


def test_c16_nine_in_tokyo_is_midnight_utc_for_four_readers() -> None:
    content = written()
    ours = read(content).all("VEVENT")[0]
    assert ours.raw("DTSTART") == "20261201T090000"
    assert ours.instant("DTSTART") == NINE
    theirs = icalendar.Calendar.from_ical(content)
    assert theirs.events[0].start == NINE
    assert vobject.readOne(content.decode()).vevent.dtstart.value.astimezone(UTC) == NINE
    (occurrence,) = recurring_ical_events.of(theirs).at((2026, 12, 1))
    assert occurrence.start.astimezone(UTC) == NINE


def test_c16_the_zone_is_defined_once_and_without_summer_time() -> None:
    (zone,) = read(LONG).all("VTIMEZONE")
    assert zone.raw("TZID") == "Asia/Tokyo"
    (standard,) = zone.inside
    assert standard.raw("TZOFFSETFROM") == standard.raw("TZOFFSETTO") == "+0900"


def test_c17_an_all_day_entry_ends_the_day_after_and_takes_nobodys_time() -> None:
    content = written(starts=date(2028, 2, 29), ends=date(2028, 3, 1))
    event = read(content).all("VEVENT")[0]
    assert (event.raw("DTSTART"), event.raw("DTEND")) == ("20280229", "20280301")
    assert event.parameters("DTSTART") == event.parameters("DTEND") == {"VALUE": "DATE"}
    assert event.raw("TRANSP") == "TRANSPARENT"
    assert icalendar.Calendar.from_ical(content).events[0].start == date(2028, 2, 29)


def test_c18_an_alarm_has_what_it_needs() -> None:
    (alarm,) = read(written(alarm=timedelta(days=30))).all("VALARM")
    assert alarm.raw("ACTION") == "DISPLAY"
    assert alarm.raw("TRIGGER") == "-P30D"
    assert alarm.text("DESCRIPTION") == "講習"


def test_c19_c20_the_frame_of_a_feed() -> None:
    frame = read(LONG)
    assert not frame.has("METHOD")
    assert not frame.has("UID")
    assert frame.text("NAME") == frame.text("X-WR-CALNAME") == "予定表"
    assert frame.raw("REFRESH-INTERVAL") == "PT6H"
    assert frame.parameters("REFRESH-INTERVAL") == {"VALUE": "DURATION"}
    assert frame.raw("X-PUBLISHED-TTL") == "PT6H"


def test_c21_an_empty_feed_is_whole() -> None:
    content = calendar("空", [])
    assert [one.name for one in read(content).inside] == ["VTIMEZONE"]
    assert icalendar.Calendar.from_ical(content).events == []
    assert vobject.readOne(content.decode()).contents.get("vevent", []) == []


@pytest.mark.parametrize("status", EventStatus)
def test_c14_the_status_is_one_of_three_words(status: EventStatus) -> None:
    assert read(written(status=status)).all("VEVENT")[0].raw("STATUS") in {"TENTATIVE", "CONFIRMED", "CANCELLED"}


def test_s34_no_text_can_add_a_line() -> None:
    attack = "x\r\nATTENDEE:mailto:a@example.jp\r\n END:VEVENT\rBEGIN:VEVENT\nDTSTART:1\x00"
    calendar_read = read(written(summary=attack, description=attack, location=attack))
    (event,) = calendar_read.all("VEVENT")
    assert not event.has("ATTENDEE")
    assert [name for name, _parameters, _value in event.properties].count("DTSTART") == 1


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
@example(HARD, HARD, HARD)
@example("lone\rreturn", "two\r\n\r\nends", "tab\tstays")
def test_c32_texts_come_back_from_three_readers(summary: str, description: str, location: str) -> None:
    content = written(summary=summary, description=description, location=location)
    wanted = {"SUMMARY": plain(summary), "DESCRIPTION": plain(description), "LOCATION": plain(location)}
    ours = read(content).all("VEVENT")[0]
    theirs = icalendar.Calendar.from_ical(content).events[0]
    others = vobject.readOne(content.decode()).vevent
    for name, text in wanted.items():
        if not text:
            continue
        assert ours.text(name) == text
        assert str(theirs[name]) == text
        assert getattr(others, name.lower()).value == text


def test_c32_only_line_ends_and_controls_are_changed() -> None:
    kept = JAPANESE + " \u202eעברית\u202c\ttab"
    assert plain(kept) == kept
    assert plain("a\rb\r\nc\u2028d\u2029e\x85f\x00g") == "a\nb\nc\nd\ne\nfg"


def test_the_same_entries_are_the_same_bytes_and_order_is_kept() -> None:
    first, second = (
        entry(),
        entry(uid="b@courses.example", starts=NINE + timedelta(days=1), ends=NINE + timedelta(days=2)),
    )
    assert calendar("a", [first, second]) == calendar("a", [first, second])
    uids = [one.raw("UID") for one in read(calendar("a", [second, first])).all("VEVENT")]
    assert uids == [second.uid, first.uid]
