"""Files from outside: read apart within limits; what is hostile or unreadable is refused with a sentence (S-39)."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from courses_app.foundation import sheets
from courses_app.foundation.sheets import FORMULA, SheetRefused, reader, xlsx_template
from courses_app.foundation.sheets.refusals import SENTENCES

HEADER = ["姓", "名", "セイ", "メイ", "生年月日"]


def workbook(*rows: Sequence[object]) -> bytes:
    """An honest XLSX of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def changed(content: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    """The archive with its parts changed, and others added (`/` is written `__`)."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, more in added.items():
            new.writestr(name.replace("__", "/"), more)
    return written.getvalue()


def same(_name: str, content: bytes) -> bytes:
    return content


def refused(content: bytes) -> str:
    """The word for which the file is refused; each has a sentence."""
    with pytest.raises(SheetRefused) as refusal:
        sheets.read(content)
    assert refusal.value.reason in SENTENCES
    return refusal.value.reason


def test_cells_come_as_texts_with_the_numbers_people_see() -> None:
    content = workbook(
        HEADER,
        [],
        ["髙﨑", "𠮷郎", None, 12.0, datetime(1980, 4, 1)],  # noqa: DTZ001 - as openpyxl has it
        ["a", 1.5, True, date(1980, 4, 1)],
    )
    assert sheets.read(content) == [
        (1, HEADER), (3, ["髙﨑", "𠮷郎", "", "12", "1980-04-01"]), (4, ["a", "1.5", "True", "1980-04-01"]),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_of_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in (HEADER, ["髙﨑", "健①", '"タカ サキ"', "ケン", "S55.4.1"]))
    assert sheets.read(text.encode(encoding)) == [(1, HEADER), (2, ["髙﨑", "健①", "タカ サキ", "ケン", "S55.4.1"])]


def test_a_formula_is_told_and_a_text_that_looks_like_one_is_text() -> None:
    book = openpyxl.Workbook()
    book.active.append(["=1+1", "=HYPERLINK(1)", "+81", "@a"])
    book.active["B1"].data_type = "s"
    written = io.BytesIO()
    book.save(written)
    assert sheets.read(written.getvalue()) == [(1, [FORMULA, "=HYPERLINK(1)", "+81", "@a"])]
    assert sheets.read(b"=1+1,+2,@x") == [(1, ["=1+1", "+2", "@x"])]


def test_s39_a_false_dimension_hides_no_row() -> None:
    def lie(name: str, content: bytes) -> bytes:
        return content.replace(b'ref="A1:A40"', b'ref="A1:A2"') if "sheet1" in name else content

    content = changed(workbook(*([f"x{number}"] for number in range(40))), lie)
    assert b'ref="A1:A2"' in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert len(sheets.read(content)) == 40


def test_s39_far_away_cells_cost_nothing_much() -> None:
    def far(name: str, content: bytes) -> bytes:
        if "sheet1" not in name:
            return content
        return content.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')

    assert [number for number, _cells in sheets.read(changed(workbook(HEADER), far))] == [1]

    def beyond(name: str, content: bytes) -> bytes:
        return far(name, content).replace(b"1048576", b"999999999")

    assert refused(changed(workbook(HEADER), beyond)) in {"broken", "too_heavy"}


def test_s39_a_bomb_is_refused_before_it_goes_off() -> None:
    assert refused(changed(workbook(HEADER), same, xl__media__a=b"\0" * 10_000_000)) == "too_heavy"
    assert refused(changed(workbook(HEADER), same, **{f"xl__{n}.xml": b"" for n in range(300)})) == "too_heavy"


def test_s39_a_bomb_that_lies_about_its_size_is_refused() -> None:
    content = changed(workbook(HEADER), same, xl__media__a=b"\0" * 30_000_000)
    assert refused(content.replace((30_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))) in {
        "too_heavy", "broken",
    }  # fmt: skip


def test_s39_what_eats_memory_or_time_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SECONDS", 0.001)
    assert refused(workbook(HEADER)) == "too_heavy"


LINK = (
    b'<Relationships><Relationship Type="http://x/oleObject" Target="file:///c" TargetMode="External"/></Relationships>'
)


def test_s39_the_process_has_no_memory_to_waste() -> None:
    program = "import runpy, sys; runpy.run_path(sys.argv[1])['_limit'](); bytearray(2**30)"
    done = subprocess.run([sys.executable, "-I", "-c", program, reader.__file__], capture_output=True, check=False)
    assert b"MemoryError" in done.stderr or sys.platform == "darwin"


def test_s39_links_macros_and_locks() -> None:
    assert refused(changed(workbook(HEADER), same, xl__externalLinks__one=b"<a/>")) == "links"
    assert refused(changed(workbook(HEADER), same, **{"xl__a.rels": LINK})) == "links"
    address = LINK.replace(b"oleObject", b"hyperlink")
    assert sheets.read(changed(workbook(HEADER), same, **{"xl__a.rels": address}))
    assert refused(changed(workbook(HEADER), same, **{"xl__vbaProject.bin": b"x"})) == "macros"

    def macros(name: str, content: bytes) -> bytes:
        plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        return content.replace(plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")

    assert refused(changed(workbook(HEADER), macros)) == "macros"
    assert refused(reader.OLE + b"\0" * 2000) == "locked"


def test_s39_entities_and_nested_archives_are_refused() -> None:
    def entities(name: str, content: bytes) -> bytes:
        return b'<!DOCTYPE a [<!ENTITY b "c">]>' + content if "sheet1" in name else content

    assert refused(changed(workbook(HEADER), entities)) == "broken"
    assert refused(changed(workbook(HEADER), same, xl__media__a=workbook(HEADER))) == "broken"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0\x03" + b"\0" * 500,
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x01\x02",
        b"\x89PNG\r\n\x1a\n\0\0",
        b"\x7fELF\x02\x01",
    ],
    ids=["exe", "pdf", "png", "elf"],
)
def test_s39_the_content_says_what_a_file_is(content: bytes) -> None:
    assert refused(content) == "wrong_type"


def test_s39_other_refusals() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as parts:
        parts.writestr("content.xml", "<a/>")
    assert refused(archive.getvalue()) == "wrong_type"
    assert refused(b" \n") == "empty"
    assert refused(b"x" * (sheets.LARGEST_FILE + 1)) == "too_large"
    assert refused(b"PK\x03\x04 and no more") == "broken"
    assert refused("姓,名\n山田,".encode("cp932") + b"\x81\xff\xfe\n") == "encoding"
    assert refused(b"a,b\n" * 6000) == "too_many_rows"
    assert refused(workbook(*([number] for number in range(5100)))) == "too_many_rows"


def test_s39_five_thousand_rows_stay_within_the_limits() -> None:
    rows = [["髙﨑", f"健一{n}", "タカサキ", "ケンイチ", date(1980, 1, 1), "", f"a{n}@example.jp"] for n in range(5000)]
    assert len(sheets.read(workbook(HEADER, *rows))) == 5001


def test_the_template_is_a_text_only_workbook() -> None:
    columns = [
        sheets.Column("=姓", "help", "（例）山田"), sheets.Column("役割", "", "", choices=["=甲", "乙"], is_day=True),
    ]  # fmt: skip
    words = sheets.Help("名簿", "説明", ["=一文"], ("列", "内容", "例"))
    content = xlsx_template(columns, words)
    assert sheets.read(content)[0] == (1, ["=姓", "役割"])
    sheet: Any = openpyxl.load_workbook(io.BytesIO(content))["名簿"]
    (offered,) = sheet.data_validations.dataValidation
    assert offered.formula1 in {"='説明'!$L$1:$L$2", "=説明!$L$1:$L$2"}
    assert sheet.cell(5, 2).number_format == "yyyy-mm-dd"
