"""The README says what is so: its tables come from the code, and what it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from flask.cli import FlaskGroup, ScriptInfo

from courses_app import create_app
from courses_app.cli.first_start import DEMO_PASSWORD, DEMO_SIGN_INS
from courses_app.cli.lifecycles import LIVES, redrawn, states
from tests.conftest import settings_for

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)
SPANS = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", README, flags=re.DOTALL))
CODE = "\n".join([*FENCED, *SPANS])
CONFIG = (ROOT / "courses_app/config.py").read_text()
# What reads the environment, besides the settings themselves.
READERS = ("courses_app/config.py", "courses_app/cli/serve.py", "bench/servers.py", "tests/conftest.py",
           "tests/browser/surfer.py")  # fmt: skip
MOST_BYTES_A_PICTURE = 120_000


def test_the_lives_are_drawn_from_the_tables_of_the_code() -> None:
    marked = re.findall(r"<!-- lifecycle: (\w+) -->", README)
    assert sorted(marked) == sorted(LIVES)
    assert redrawn(README) == README, "a lifecycle has changed: `make readme` draws it anew"


def test_every_lifecycle_of_the_code_is_drawn() -> None:
    files = (ROOT / "courses_app").glob("*/rules/**/*.py")
    built = [name for path in files for name in re.findall(r"^(\w+) = Lifecycle\[", path.read_text(), re.MULTILINE)]
    assert len(built) == len(LIVES), "take it into courses_app/cli/lifecycles.py: LIVES"


@pytest.mark.parametrize("name", LIVES)
def test_every_state_of_a_life_can_be_reached(name: str) -> None:
    life = LIVES[name]
    reached = set(life.begins)
    for _ in states(life):
        reached |= {after for (before, _move), after in life.table.items() if before in reached}
    assert reached == set(states(life))


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", CODE))
    assert {"run", "test"} <= named
    assert named <= targets


def test_every_command_exists(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'courses.sqlite3'}")
    group = FlaskGroup()
    named = set(re.findall(r"\bflask (?:--app courses_app )?([a-z][a-z-]+)(?: ([a-z][a-z-]+))?", CODE))
    assert named
    with click.Context(
        group, obj=ScriptInfo(create_app=lambda: create_app(settings))
    ) as context:  # ends its app's, too
        for name, part in named:
            command = group.get_command(context, name)
            assert command, name
            if isinstance(command, click.Group):
                assert command.get_command(context, part), f"{name} {part}"


def test_every_variable_it_names_is_read() -> None:
    sources = "\n".join((ROOT / path).read_text() for path in READERS)
    named = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", README, re.MULTILINE))
    named |= set(re.findall(r"\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b", CODE))
    assert named
    assert {name for name in named if f'"{name}"' not in sources} == set()


def test_every_setting_is_explained() -> None:
    read = set(re.findall(r'(?:env\.get\(|_whole_number\(env, )"([A-Z_]+)"', CONFIG))
    assert len(read) > 10
    assert {name for name in read if f"| `{name}` |" not in README} == set()


def test_the_demonstration_sign_ins_are_those_of_the_start() -> None:
    assert f"`{DEMO_PASSWORD}`" in README
    for email, _who in DEMO_SIGN_INS:
        assert f"`{email}`" in README, email


def test_every_picture_and_every_file_it_links_exists() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", README) + re.findall(
        r'(?:src|href)="(?!https?:|#)([^"]+)"', README
    )
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_pictures_are_shown_described_and_small() -> None:
    shown = set(re.findall(r"static/img/readme/[\w.-]+", README))
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "static/img/readme").iterdir()}
    assert shown == there
    for path in there:
        assert (ROOT / path).stat().st_size <= MOST_BYTES_A_PICTURE, path
    assert not re.search(r'!\[\]\(|<img(?![^>]*alt="[^"]+")', README), "a picture without words"


def test_links_within_lead_to_a_heading() -> None:
    headings = {_slug(title) for title in re.findall(r"^#+ (.+)$", README, re.MULTILINE)}
    wanted = set(re.findall(r"\]\(#([^)]+)\)", README))
    assert wanted <= headings


def _slug(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
