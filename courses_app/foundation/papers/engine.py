"""Typst, tamed: one compiler a thread, two fonts, PDF/A-2a with PDF/UA-1, no network and no file outside its folder.

This file imports nothing of the house, because it is also a program: `press.render_apart` runs it in a process of its
own (an order as JSON on standard input, the PDF on standard output), and so it starts in 40 ms instead of 600.
"""

from __future__ import annotations

import contextlib
import json
import re
import resource
import sys
import threading
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # 10 MiB, loaded by the first paper and not by every web worker
    import typst

CHECKOUT: Final = Path(__file__).resolve().parents[3]
TEMPLATES: Final = CHECKOUT / "templates" / "papers"
FONTS: Final = CHECKOUT / "static" / "fonts"

# Typst refuses to write a PDF that can't keep these claims: a missing glyph is an error, not a blank.
STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]

# Typst takes fixed offsets only; Japan has had no other since 1951.
JAPAN: Final = timezone(timedelta(hours=9))

UNPRINTABLE_EXIT: Final = 3

_MISSING = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)

_of_thread = threading.local()


class UnprintableError(Exception):
    """The fonts have no drawing for `characters` (the first that failed; there may be more)."""

    def __init__(self, characters: str) -> None:
        super().__init__(characters)
        self.characters = characters


class TypesettingError(Exception):
    """Typst found fault with a template or its facts; the message says where."""


def typeset(template: str, facts: str, at: datetime) -> bytes:
    """The PDF of `templates/papers/<template>.typ` with `facts` (JSON). Raises the errors above."""
    import typst

    if not template.isidentifier():
        raise ValueError(f"no such paper: {template!r}")
    if at.tzinfo is None:
        raise ValueError("the instant of a paper needs its zone")
    try:
        pdf = _compiler().compile(
            input=str(TEMPLATES / f"{template}.typ"),
            format="pdf",
            sys_inputs={"facts": facts},
            pdf_standards=STANDARDS,
            timestamp=at.astimezone(JAPAN).replace(microsecond=0),
        )
    except typst.TypstError as error:
        if missing := _MISSING.search(error.message):
            raise UnprintableError(_unescaped(missing["text"])) from error
        raise TypesettingError(f"{template}: {error.diagnostic or error.message}") from error
    assert isinstance(pdf, bytes)  # one format, no output path: never a list, never None
    return pdf


def _compiler() -> typst.Compiler:
    """This thread's own compiler: a shared one raises "Already borrowed"."""
    import typst

    if not hasattr(_of_thread, "compiler"):
        _of_thread.compiler = typst.Compiler(root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    compiler: typst.Compiler = _of_thread.compiler
    return compiler


@cache
def _fonts() -> typst.Fonts:
    """Ours and those inside typst (for Latin letters Noto lacks), never the machine's."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


def _unescaped(text: str) -> str:
    """Typst quotes the way Rust does: \\u{202e}, \\", \\\\."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)


def _main() -> int:
    order: dict[str, Any] = json.load(sys.stdin.buffer)
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (order["bytes"], order["bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"]))
    try:
        pdf = typeset(order["template"], order["facts"], datetime.fromisoformat(order["at"]))
    except UnprintableError as unprintable:
        sys.stderr.write(json.dumps(unprintable.characters))
        return UNPRINTABLE_EXIT
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
