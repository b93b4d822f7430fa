"""The letters that left the house, read from the folder they were put into."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from pypdf import PdfReader


@dataclass(frozen=True)
class Paper:
    """A PDF that came with a letter."""

    name: str
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return text_of(self.content)


@dataclass(frozen=True)
class Letter:
    """One mail as its reader sees it."""

    to: str
    subject: str
    body: str
    papers: tuple[Paper, ...]

    def link(self, part: str = "") -> str:
        """The first address in it that contains this part."""
        found = [one for one in re.findall(r"https?://[^\s<>「」（）]+", self.body) if part in one]
        assert found, f"no link with {part!r} in: {self.body}"
        return found[0]

    @property
    def paper(self) -> Paper:
        """The one paper in it."""
        assert len(self.papers) == 1, [one.name for one in self.papers]
        return self.papers[0]


@dataclass
class Mailbox:
    """Everybody's letters, in the order of their arrival."""

    folder: Path
    letters: list[Letter] = field(default_factory=list)
    opened: set[str] = field(default_factory=set)

    def fetch(self) -> list[Letter]:
        """The letters that came since the last look."""
        arrived = [path for path in self.folder.glob("*.eml") if path.name not in self.opened]
        arrived.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
        self.opened.update(path.name for path in arrived)
        new = [_letter(message_from_bytes(path.read_bytes(), policy=policy.default)) for path in arrived]
        self.letters += new
        return new

    def to(self, address: str, about: str = "") -> list[Letter]:
        """All letters to an address whose subject contains these words."""
        self.fetch()
        return [one for one in self.letters if one.to == address and about in one.subject]

    def last(self, address: str, about: str = "") -> Letter:
        """The newest of them."""
        found = self.to(address, about)
        assert found, f"no letter to {address} about {about!r}: {[(one.to, one.subject) for one in self.letters]}"
        return found[-1]


def text_of(pdf: bytes) -> str:
    """The text of a PDF without white space: where a line breaks is no matter."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


def _letter(mail: EmailMessage) -> Letter:
    body = mail.get_body(("plain",))
    assert body is not None
    papers = [Paper(part.get_filename() or "", part.get_payload(decode=True)) for part in mail.iter_attachments()]  # type: ignore[arg-type]
    return Letter(str(mail["To"]), str(mail["Subject"]), body.get_content(), tuple(papers))
