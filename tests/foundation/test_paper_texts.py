"""What each paper says: the fields the law and the readers want."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import pytest
from pypdf import PdfReader

from courses_app.foundation import papers
from tests.foundation import paper_facts as sample
from tests.foundation.test_papers import ALL, AT, read, squeezed, words


def test_d17_an_invoice_has_every_field_of_a_qualified_invoice() -> None:
    text = words("invoice", sample.invoice())
    for needed in (
        "公益財団法人国際研修推進センター",
        "登録番号T5835678256246",
        "発行日Date2026年11月22日",
        "東都国際事業協同組合",
        "受講者：髙﨑𠮷郎",
        "2026年12月1日3名¥11,50010%¥34,500",
        "10%対象¥34,500¥3,136",
        "2026年12月3日（木）",
        "B7K4MQ9XHA",
        "振込手数料",
    ):
        assert needed in text


def lines(template: papers.Template, facts: Mapping[str, object]) -> list[str]:
    """The lines as they stand on the pages."""
    reader = PdfReader(io.BytesIO(papers.render(template, facts, at=AT)))
    return [line.strip() for page in reader.pages for line in page.extract_text().splitlines()]


def test_a_day_with_two_digits_stays_on_one_line_of_the_invoice() -> None:
    facts = sample.invoice()
    facts["lines"][0]["supplied_on"] = "2026-12-24"
    assert any("2026年12月24日" in line for line in lines("invoice", facts))


@pytest.mark.parametrize("host", ["localhost:8000", "courses.example.jp", "koshu-moushikomi.kensyu.example.or.jp"])
def test_the_address_that_verifies_a_certificate_stays_on_one_line(host: str) -> None:
    url = f"https://{host}/certificates/9f3kQz7RtYbN2mXcVwLsDg9f3kQz"
    assert url in lines("certificate", {**sample.certificate(), "verify_url": url})


def test_tax_is_printed_as_given_and_never_computed() -> None:
    facts = {
        **sample.invoice(),
        "rates": [{"percent": 10, "total": 99, "tax": 77}, {"percent": 8, "total": 55, "tax": 33}],
        "untaxed": [{"tax": "exempt", "total": 22}, {"tax": "out_of_scope", "total": -1234567}],
        "total": 11,
    }
    for template in ("invoice", "receipt"):
        text = words(template, {**ALL[template], **facts, "number": "N"})
        assert "10%対象¥99¥778%対象¥55¥33非課税¥22―対象外−¥1,234,567―" in text
        assert "¥11" in text


def test_an_invoice_of_sixty_lines_repeats_its_head_and_loses_none() -> None:
    lines = [{**sample.LINE, "description": f"講習その{number}"} for number in range(60)]
    pages = [squeezed(page.extract_text()) for page in read("invoice", {**sample.invoice(), "lines": lines}).pages]
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"{number}/{len(pages)}" in page
        assert "品目Description" in page or "講習その" not in page
    assert re.findall(r"講習その(\d+)", "".join(pages)) == [str(number) for number in range(60)]


def test_an_invoice_already_paid_asks_for_no_transfer() -> None:
    text = words("invoice", {**sample.invoice(), "due_on": None, "bank": None})
    assert "お振込" not in text
    assert "お支払期限" not in text


def test_a_receipt_says_for_what() -> None:
    text = words("receipt", sample.receipt())
    for needed in ("東都国際事業協同組合御中", "¥34,500-", "但し監理責任者等講習", "2026年11月30日（月）", "収入印紙"):
        assert needed in text


def test_a_certificate_says_what_the_law_wants_known() -> None:
    text = words("certificate", sample.certificate())
    for needed in (
        "第SUP-2026-000045号",
        "1980年（昭和55年）4月1日生",
        "第53条に基づく「監理責任者等講習」",
        "6時間",
        "2026年（令和8年）12月1日",
        "2029年（令和11年）12月1日まで",
        "理事長葛󠄀城一郎",
        sample.VERIFY_URL,
    ):
        assert needed in text
    assert "再発行" not in text
    assert "再発行第2版" in words("certificate", {**sample.certificate(), "revision": 2})


def test_a_certificate_online_over_days_without_expiry_stays_on_one_page() -> None:
    facts = {
        **sample.certificate(),
        "place": None,
        "valid_through": None,
        "days": ["2026-12-30", "2026-12-31", "2027-01-04"],
        "net_minutes": 330,
        "revision": 3,
    }
    text = words("certificate", facts)
    for needed in (
        "オンライン",
        "Noexpiry",
        "2026年（令和8年）12月30日、12月31日、2027年（令和9年）1月4日",
        "5時間30分",
    ):
        assert needed in text
    assert len(read("certificate", facts).pages) == 1


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        ("2019-05-01", "2019年（令和元年）5月1日"),
        ("2019-04-30", "2019年（平成31年）4月30日"),
        ("1989-01-08", "1989年（平成元年）1月8日"),
        ("1989-01-07", "1989年（昭和64年）1月7日"),
        ("1926-12-25", "1926年（昭和元年）12月25日"),
        ("1926-12-24", "1926年（大正15年）12月24日"),
        ("1912-07-30", "1912年（大正元年）7月30日"),
        ("1912-07-29", "1912年（明治45年）7月29日"),
        ("2027-01-01", "2027年（令和9年）1月1日"),
    ],
)
def test_d15_eras(day: str, printed: str) -> None:
    assert f"{printed}生" in words("certificate", {**sample.certificate(), "born_on": day})


def test_an_admission_ticket_says_where_when_and_what_to_bring() -> None:
    text = words("admission_ticket", sample.admission_ticket())
    for needed in (
        "渡邉󠄁花子様",
        "B-7K4MQ9XHA-2",
        "受付開始9:00",
        "2026年12月1日（火）",
        "9:30〜11:30技能実習法",
        "写真付き身分証明書",
    ):
        assert needed in text


def test_an_admission_ticket_online_over_two_days_names_the_day_in_each_row() -> None:
    meetings = [sample.meeting("09:30", "12:00", "入管法"), sample.meeting("13:00", "15:00", "実務", on="2026-12-02")]
    note = "参加用URLをメールでお送りします。"
    address, lines = (
        "https://online.example.jp/join/SUP-20261201?pwd=x",
        ["ミーティングID：812 3456 7890", "パスコード：4711"],
    )
    facts = {**sample.admission_ticket(), "venue": None, "online_note": note, "meetings": meetings,
             "joining_address": address, "joining_note": lines}  # fmt: skip
    text = words("admission_ticket", facts)
    for needed in (
        "オンライン",
        note,
        address,
        *(line.replace(" ", "") for line in lines),
        "2026年12月1日（火）、12月2日（水）",
        "2026年12月2日（水）13:00〜15:00実務",
    ):
        assert needed in text


def test_a_notice_of_failure_says_what_was_missed_and_what_to_do() -> None:
    text = words("notice_of_failure", sample.notice_of_failure())
    for needed in (
        "葛󠄀城一様",
        "欠課45分（うち補講済み20分）不適",
        "80点以上（100点満点）72点不適",
        "確認済み適",
        "改めて",
    ):
        assert needed in text
    assert "受験なし" in words("notice_of_failure", {**sample.notice_of_failure(), "score": None})


def test_every_picture_has_words() -> None:
    for template, said in (("admission_ticket", "受付用のQRコード"), ("certificate", sample.VERIFY_URL)):
        pdf = papers.render(template, ALL[template], at=AT)
        assert any(said in str(alt) for alt in alternative_texts(PdfReader(io.BytesIO(pdf))))


def alternative_texts(reader: PdfReader) -> list[str]:
    found = []
    for number in range(1, len(reader.xref[0]) + 1):
        value = reader.get_object(number)
        if isinstance(value, dict) and value.get("/S") == "/Figure":
            found.append(value["/Alt"])
    return found
