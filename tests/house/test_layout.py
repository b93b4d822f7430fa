"""The house holds its shape: what may stand where, how long a file may be, where a commit may stand."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "courses_app"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py"))
TOP_LEVEL = {"pyproject.toml", "courses_app", "templates", "static", "migrations", "tests", "README.md",
             "Makefile", "bench", "requirements.txt", "requirements-dev.txt"}  # fmt: skip
LONGEST_FILE = 300
LONGEST_FUNCTION = 25
LONGEST_VIEW = 15


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return listed.stdout.splitlines()


def test_the_top_level_holds_only_what_was_agreed() -> None:
    names = {path.split("/")[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_short(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= LONGEST_FILE, "find the missing noun"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = [line for line in _body(node, source) if line.strip() and not line.strip().startswith("#")]
            limit = LONGEST_VIEW if path.name.endswith("routes.py") and _is_view(node) else LONGEST_FUNCTION
            assert len(body) <= limit, f"{node.name} has {len(body)} lines"


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef, source: str) -> list[str]:
    """The lines below the signature, without the docstring."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return source.splitlines()[first.lineno - 1 : node.end_lineno]


def _is_view(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("pages." in ast.unparse(decorator) for decorator in node.decorator_list)


def test_commit_stands_in_one_place() -> None:
    places = [str(path.relative_to(PACKAGE)) for path in SOURCES if re.search(r"\.commit\(", path.read_text())]
    assert places == ["foundation/db.py"]


# Beside import-linter's contract, which knows modules but not names.
DOORS = re.compile(r"/(\w*routes|tasks|guards)(/\w+)?\.py$|/portal/navigation\.py$")
OF_THE_DATABASE = {"transaction", "in_transaction"}


def test_doors_open_transactions_and_never_hold_the_session() -> None:
    doors = [path for path in SOURCES if DOORS.search(str(path))]
    assert {path.stem for path in doors} >= {"webhook_routes", "sign_in", "tasks", "details", "navigation"}
    for path in doors:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                assert node.module != "courses_app.foundation.db" or names <= OF_THE_DATABASE, path
                assert node.module != "courses_app.foundation" or "db" not in names, path


def test_only_doors_read_the_clock() -> None:
    for path in SOURCES:
        if path.name in {"operations.py", "queries.py", "rules.py", "models.py", "emails.py", "documents.py"}:
            source = path.read_text()
            assert not re.search(r"clock\.(now|today)\(\)|datetime\.now\(|date\.today\(", source), path


# The two places that call a text safe: our own catalogues' words, and pieces a template has escaped already.
SAFE = {"foundation/wording.py", "foundation/fragments.py"}


def test_s29_no_way_around_autoescape() -> None:
    for path in SOURCES:
        assert "render_template_string" not in path.read_text(), path
        assert str(path.relative_to(PACKAGE)) in SAFE or "Markup(" not in path.read_text(), path
    for path in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape false", path.read_text()), path


def test_s15_no_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        source = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\bsrc=)", source), path


def test_s43_events_are_never_read_without_their_signature() -> None:
    for path in SOURCES:
        assert "construct_event_without_verification" not in path.read_text(), path


def test_every_room_says_what_it_is_for() -> None:
    for path in PACKAGE.glob("*/__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path


def test_every_dependency_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    pins = [line for line in lines if re.match(r'  "[A-Za-z].*[=<>]', line)]
    assert pins
    for line in pins:
        assert "#" in line, line


def test_locks_name_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "http" not in text
        assert "--hash=sha256:" in text


def test_migrations_import_nothing_of_ours() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "courses_app" not in path.read_text(), path


def test_the_transaction_is_outermost_so_that_the_guard_reads_inside_it() -> None:
    """What a guard loads before a transaction would be read a second time inside it."""
    guards = re.compile(r"@(staff|coordinator|signed_in|instructor)\n(@[^\n]+\n)*@writes\n")
    for path in SOURCES:
        assert not guards.search(path.read_text()), path


def test_what_a_package_says_it_offers_is_there() -> None:
    for path in sorted(PACKAGE.rglob("__init__.py")):
        module = importlib.import_module(".".join(path.parent.relative_to(ROOT).parts))
        assert [name for name in getattr(module, "__all__", ()) if not hasattr(module, name)] == [], path
