"""Papers: what they say, that they say it to everyone, and that the same facts are the same bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from courses_app.foundation import papers
from courses_app.foundation.papers import engine, glyphs
from tests.foundation import paper_facts as sample

AT = datetime(2026, 12, 1, 3, 4, 5, tzinfo=UTC)
ALL: dict[papers.Template, Mapping[str, Any]] = {
    "admission_ticket": sample.admission_ticket(),
    "invoice": sample.invoice(),
    "receipt": sample.receipt(),
    "quote": sample.quote(),
    "return_invoice": sample.return_invoice(),
    "certificate": sample.certificate(),
    "notice_of_failure": sample.notice_of_failure(),
}
each_paper = pytest.mark.parametrize("template", ALL)

COMPANY_OF_40 = "国際人材育成支援全国中小企業団体中央連合会協同組合東日本統括本部監理事業部第一課"
NAME_OF_20 = "アレクサンドラ・マリア・デラクルス・山田"


def read(template: papers.Template, facts: Mapping[str, Any], *, at: datetime = AT) -> PdfReader:
    return PdfReader(io.BytesIO(papers.render(template, facts, at=at)))


def words(template: papers.Template, facts: Mapping[str, Any]) -> str:
    """All the text of a paper, white space taken out: where a line breaks is no matter here."""
    return squeezed("".join(page.extract_text() for page in read(template, facts).pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# ---- What every paper keeps -------------------------------------------------------------------------------------


@each_paper
def test_the_same_facts_are_the_same_bytes_here_and_in_another_process(template: papers.Template) -> None:
    first = papers.render(template, ALL[template], at=AT)
    assert papers.render(template, dict(reversed(ALL[template].items())), at=AT) == first
    assert papers.render_apart(template, ALL[template], at=AT) == first
    assert papers.render(template, ALL[template], at=AT + timedelta(days=1)) != first


@each_paper
def test_claims_pdf_a_and_pdf_ua_with_title_and_language(template: papers.Template) -> None:
    root = read(template, ALL[template]).root_object
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfaid:part>2</pdfaid:part>\s*<pdfaid:conformance>A<", metadata)
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert root["/Lang"] == "ja-JP"
    assert root["/MarkInfo"]["/Marked"]
    title = read(template, ALL[template]).metadata.title
    assert title.endswith(ALL[template].get("number") or ALL[template]["seat"])


@each_paper
def test_embeds_only_our_own_fonts(template: papers.Template) -> None:
    for page in read(template, ALL[template]).pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            description = descendant.get_object()["/FontDescriptor"]
            assert "/FontFile3" in description
            assert re.search(r"Noto(Sans|Serif)JP-Regular", description["/FontName"])


@each_paper
def test_a4_one_page_and_the_certificate_lies_on_its_side(template: papers.Template) -> None:
    (page,) = read(template, ALL[template]).pages
    portrait = (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    assert portrait == (template != "certificate")


@each_paper
def test_d13_names_print_and_are_found_again_as_typed(template: papers.Template) -> None:
    for name in ("髙﨑 𠮷野", "渡邉󠄁 一", "葛󠄀城 﨑", "Nguyễn Thị Łucja"):
        papers.check_name(name)
        assert squeezed(name) in words(template, with_name(template, name))


@each_paper
def test_s33_markup_in_facts_stays_text(template: papers.Template) -> None:
    nasty = '#read("/etc/passwd") *b* $x$ `r` <a> @ref // = \\u{41} "\'] #image("lib.typ") <img src=file:///etc/passwd>'
    assert squeezed(nasty) in words(template, with_name(template, nasty))


@each_paper
@pytest.mark.parametrize(("name", "organization"), [(NAME_OF_20, COMPANY_OF_40), ("Wm" * 10, "Wm" * 60)])
def test_d25_long_names_are_not_cut(template: papers.Template, name: str, organization: str) -> None:
    facts = with_name(template, name, organization)
    facts["institution"] = {**sample.INSTITUTION, "name": organization}
    text = words(template, facts)
    assert name in text
    assert text.count(organization) >= (1 if template == "certificate" else 2)
    assert_inside_the_page(papers.render(template, facts, at=AT))


def with_name(template: papers.Template, name: str, organization: str = "東都国際事業協同組合") -> dict[str, Any]:
    """The paper of this template with another person (and organization) on it."""
    facts = dict(ALL[template])
    changes: dict[str, dict[str, Any]] = {
        "admission_ticket": {"attendee": name, "organization": organization},
        "invoice": {"recipient": {**sample.invoice()["recipient"], "person": name, "name": organization}},
        "receipt": {"for_what": name, "addressee": organization},
        "quote": {"recipient": {**sample.quote()["recipient"], "name": organization}, "subject": name},
        "return_invoice": {"subject": name, "addressee": organization},
        "certificate": {"name": name},
        "notice_of_failure": {"name": name, "organization": organization},
    }
    return facts | changes[template]


def assert_inside_the_page(pdf: bytes) -> None:
    """No word reaches over the margin (seen with poppler, where it is installed)."""
    if (pdftotext := shutil.which("pdftotext")) is None:
        return
    boxes = subprocess.run([pdftotext, "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    width = float(re.search(r'<page width="([\d.]+)"', boxes)[1])
    edges = [float(edge) for edge in re.findall(r'<word xMin="[\d.-]+" yMin="[\d.-]+" xMax="([\d.]+)"', boxes)]
    assert len(edges) > 20
    assert max(edges) <= width - 50


def test_threads_do_not_disturb_each_other() -> None:
    def ten(number: int) -> set[bytes]:
        facts = {**sample.certificate(), "number": f"SUP-{number}"}
        return {papers.render("certificate", facts, at=AT) for _ in range(10)}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ten, range(8)))
    assert [len(answer) for answer in answers] == [1] * 8
    assert len(set.union(*answers)) == 8


def test_templates_import_nothing_from_outside_their_folder() -> None:
    for path in engine.TEMPLATES.glob("*.typ"):
        imported = re.findall(r'#(?:import|include)\s+"([^"]+)"', path.read_text())
        assert set(imported) <= {"lib.typ"}, path.name
        assert "eval(" not in path.read_text()


# ---- What can't be printed --------------------------------------------------------------------------------------


@each_paper
def test_a_missing_glyph_is_refused_by_name_here_and_apart(template: papers.Template) -> None:
    for render in (papers.render, papers.render_apart):
        with pytest.raises(papers.GlyphMissing) as refused:
            render(template, with_name(template, "金 김"), at=AT)
        assert refused.value.characters == "김"
        assert "김 (U+AE40)" in str(refused.value)


@pytest.mark.parametrize(
    "name", ["髙﨑 𠮷野", "渡邉󠄁", "邉\U000e01ef", "か\u3099", "s\u0301", "Yıldız Łukasz", "", "ヴ・ㇰ"]
)
def test_names_our_fonts_know(name: str) -> None:
    papers.check_name(name)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("김철수", "김철수"),
        ("李😀明", "😀"),
        ("张伟", "张伟"),
        ("a\u202eb", "\u202e"),
        ("\ue000", "\ue000"),
        ("\x00", "\x00"),
    ],
)
def test_names_our_fonts_do_not_know_are_refused_with_every_character(name: str, missing: str) -> None:
    with pytest.raises(papers.GlyphMissing) as refused:
        papers.check_name(name, field="family_name")
    assert refused.value.characters == missing
    assert refused.value.field == "family_name"
    assert "\u202e" not in str(refused.value)


def test_what_the_font_tables_promise_typst_can_print() -> None:
    drawn = [chr(code) for code in range(0x21, glyphs.HIGHEST_BIT_KEPT) if glyphs._is_drawn(chr(code))]
    assert len(drawn) > 16_000
    assert list(glyphs._missing(" ".join(drawn[::11]))) == []


# ---- When the press breaks --------------------------------------------------------------------------------------


def test_r30b_a_press_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(papers.PaperFailed, match=r"not ready after 0\.001 s"):
        papers.render_apart("invoice", sample.invoice(), at=AT, seconds=0.001)


def test_r30b_a_press_that_wants_too_much_memory_is_stopped() -> None:
    with pytest.raises(papers.PaperFailed, match="exit"):
        papers.render_apart("invoice", sample.invoice(), at=AT, memory=40 * 1024**2)


def test_missing_facts_are_a_fault_and_name_the_place() -> None:
    for render in (papers.render, papers.render_apart):
        with pytest.raises(papers.PaperFailed, match=r"receipt\.typ"):
            render("receipt", {"number": "1", "institution": sample.INSTITUTION}, at=AT)


def test_a_paper_is_one_of_ours_and_its_instant_has_a_zone() -> None:
    with pytest.raises(ValueError, match="no such paper"):
        papers.render("../components/page", {}, at=AT)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="zone"):
        papers.render("invoice", sample.invoice(), at=AT.replace(tzinfo=None))


def test_the_fonts_and_their_licence_are_in_the_house() -> None:
    assert all(Path(font).stat().st_size > 4_000_000 for font in glyphs.FONT_FILES)
    assert "SIL OPEN FONT LICENSE" in (engine.FONTS / "OFL.txt").read_text()
