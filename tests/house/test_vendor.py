"""What we took from others is pinned: each file listed with its hash and licence; our tokens are still theirs."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "static/vendor/vendor.json"
FOLDERS = ("static/vendor", "static/fonts")
PUBLISHED = ROOT / "static/vendor/design-tokens/tokens.css"
OURS = ROOT / "static/css/tokens.css"


def assets() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(LIST.read_text(encoding="utf-8"))["assets"]
    return found


@pytest.mark.parametrize("asset", assets(), ids=lambda asset: asset["name"])
def test_each_file_is_the_one_that_was_taken(asset: dict[str, Any]) -> None:
    assert asset["version"]
    assert asset["licence"]
    assert asset["source"]
    for file in asset["files"]:
        assert hashlib.sha256((ROOT / file["path"]).read_bytes()).hexdigest() == file["sha256"], file["path"]


def test_no_file_of_others_is_unlisted() -> None:
    present = {
        str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()
    }
    listed = {file["path"] for asset in assets() for file in asset["files"]}
    assert present - {str(LIST.relative_to(ROOT))} == listed


def published() -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", PUBLISHED.read_text(encoding="utf-8")))


def test_colours_named_after_a_design_token_have_its_value() -> None:
    tokens = published()
    named = re.findall(r"--[\w-]+: (#\w{6}); /\* ([\w-]+) \*/", OURS.read_text(encoding="utf-8"))
    assert len(named) > 30
    for value, name in named:
        known = [tokens.get(f"color-{family}-{name}") for family in ("primitive", "neutral")]
        assert value in known, f"{name} is {known}, not {value}"


def test_sizes_are_the_design_tokens() -> None:
    tokens = published()
    sizes = re.findall(r"--((?:font-size|line-height|border-radius)-\d+): ([^;]+);", OURS.read_text(encoding="utf-8"))
    assert len(sizes) > 10
    for name, value in sizes:
        assert tokens[name] == value


def test_styles_use_only_what_the_tokens_define() -> None:
    defined = set(re.findall(r"(--[\w-]+):", OURS.read_text(encoding="utf-8")))
    sheets = sorted((ROOT / "static/css").rglob("*.css"))
    used = {name for sheet in sheets for name in re.findall(r"var\((--[\w-]+)", sheet.read_text(encoding="utf-8"))}
    assert used <= defined
    assert defined <= used, f"defined and never used: {sorted(defined - used)}"
