"""The legal pages, kept as readable data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

PAGES = Path(__file__).resolve().parent.parent / "data" / "pages"


@dataclass(frozen=True)
class LegalPage:
    """A page of sections; each section has a heading, and paragraphs or items, in both languages."""

    title_ja: str
    title_en: str
    lead_ja: str
    lead_en: str
    updated_on: date
    sections: tuple[dict[str, Any], ...]


@cache
def legal_page(name: str) -> LegalPage:
    """One of `notice`, `privacy`, `accessibility`."""
    with (PAGES / f"{name}.toml").open("rb") as source:
        data = tomllib.load(source)
    texts = {key: data[key] for key in ("title_ja", "title_en", "lead_ja", "lead_en", "updated_on")}
    return LegalPage(**texts, sections=tuple(data["sections"]))
