"""Japanese and English: which language a reader gets, and the message catalogues of the rooms.

English texts are the keys; each room keeps its Japanese in `<room>/translations/ja/LC_MESSAGES/messages.po`. The
compiled form is made at start-up where it is missing or older than its source.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask import Flask, has_request_context, request, session
from flask_babel import Babel

LANGUAGES = ("ja", "en")
PACKAGE = Path(__file__).resolve().parent.parent
TEMPLATES = PACKAGE.parent / "templates"
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None,
    "ngettext": (1, 2), "_n": (1, 2), "pgettext": ((1, "c"), 2), "lazy_pgettext": ((1, "c"), 2), "_p": ((1, "c"), 2),
}  # fmt: skip
# Templates that no room owns belong to the ground floor.
SHARED = ("layouts", "components", "errors", "foundation")


def rooms() -> list[str]:
    """The rooms, in the order of their names."""
    return sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())


def po_path(room: str) -> Path:
    return PACKAGE / room / "translations" / "ja" / "LC_MESSAGES" / "messages.po"


def prepare(app: Flask) -> None:
    """Choose the language of each request and load the catalogues of all rooms."""
    _compile_stale()
    directories = ";".join(str(PACKAGE / room / "translations") for room in rooms() if po_path(room).exists())
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = directories
    app.config["BABEL_DEFAULT_LOCALE"] = "ja"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Tokyo"
    Babel(app, locale_selector=language)
    app.cli.add_command(_messages)


def language() -> str:
    """The reader's language: as the switch in the header set it, else as the browser asks, else Japanese."""
    if not has_request_context():
        return "ja"
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES) or "ja"


def extract(room: str) -> Catalog:
    """Every message of a room's code and templates."""
    catalog = Catalog(locale="ja", domain="messages", fuzzy=False)
    for folder in _folders(room):
        for filename, line, message, comments, context in extract_from_dir(
            folder, METHODS, keywords=KEYWORDS, comment_tags=("NOTE:",)
        ):
            catalog.add(message, None, [(str((folder / filename).relative_to(PACKAGE.parent)), line)],
                        auto_comments=comments, context=context)  # fmt: skip
    return catalog


def _folders(room: str) -> Iterator[Path]:
    names = SHARED if room == "foundation" else (room,)
    candidates = [PACKAGE / room, *(TEMPLATES / name for name in names), TEMPLATES / "emails" / room]
    return (folder for folder in candidates if folder.is_dir())


def translated(room: str) -> Catalog:
    """The room's present Japanese catalogue; empty if it has none."""
    path = po_path(room)
    if not path.exists():
        return Catalog(locale="ja", domain="messages", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale="ja", domain="messages")


def update(room: str) -> Catalog:
    """Bring the room's catalogue up to its present messages; nothing is guessed, what is gone is dropped."""
    catalog = translated(room)
    catalog.update(extract(room), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog


def _compile_stale() -> None:
    for room in rooms():
        source = po_path(room)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            _compile(room, target)


def _compile(room: str, target: Path) -> None:
    body = io.BytesIO()
    write_mo(body, translated(room))
    part = target.with_suffix(f".{os.getpid()}.part")  # processes may start together: replace in one step
    part.write_bytes(body.getvalue())
    part.replace(target)


@click.group("messages")
def _messages() -> None:
    """The message catalogues."""


@_messages.command("update")
@click.argument("names", nargs=-1)
def _update(names: tuple[str, ...]) -> None:
    """Bring the catalogues of the named rooms (or all) up to date; report what has no Japanese yet."""
    for room in names or rooms():
        catalog = update(room)
        if not len(catalog):
            continue
        path = po_path(room)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            write_po(target, catalog, width=120, sort_by_file=True, include_lineno=False, omit_header=False)
        missing = [message.id for message in catalog if message.id and not _complete(message.string)]
        click.echo(f"{room}: {len(catalog)} messages, {len(missing)} without Japanese")
        for message in missing:
            click.echo(f"    {message!r}")


def _complete(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)
