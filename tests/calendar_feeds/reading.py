"""A reader of iCalendar of our own, written from RFC 5545 alone: the tests' third opinion."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

ESCAPES = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}


@dataclass
class Component:
    """A component with its properties (name -> parameters and raw value) and the components inside it."""

    name: str
    properties: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    inside: list[Component] = field(default_factory=list)

    def raw(self, name: str) -> str:
        """The value of the one property of this name, as it stands there."""
        (found,) = [value for known, _parameters, value in self.properties if known == name]
        return found

    def text(self, name: str) -> str:
        """The same, unescaped."""
        return re.sub(r"\\[nN,;\\]", lambda match: ESCAPES[match[0]], self.raw(name))

    def parameters(self, name: str) -> dict[str, str]:
        (found,) = [parameters for known, parameters, _value in self.properties if known == name]
        return found

    def has(self, name: str) -> bool:
        return any(known == name for known, _parameters, _value in self.properties)

    def instant(self, name: str) -> datetime:
        """An instant with its zone, or in UTC."""
        raw, zone = self.raw(name), self.parameters(name).get("TZID")
        if raw.endswith("Z"):
            assert zone is None, "never a zone and a Z"
            return datetime.strptime(raw, "%Y%m%dT%H%M%SZ").replace(tzinfo=ZoneInfo("UTC"))
        assert zone, "an instant without a zone"
        return datetime.strptime(raw, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone))

    def all(self, name: str) -> list[Component]:
        """The components of a kind, at any depth."""
        return [found for one in self.inside for found in ([one] if one.name == name else []) + one.all(name)]


def physical_lines(content: bytes) -> list[bytes]:
    """Lines as they stand in the file, without their ends."""
    assert content.endswith(b"\r\n")
    return content[:-2].split(b"\r\n")


def logical_lines(content: bytes) -> list[str]:
    """Lines put together again."""
    return re.sub(rb"\r\n[ \t]", b"", content).decode().removesuffix("\r\n").split("\r\n")


def read(content: bytes) -> Component:
    """The calendar."""
    root = Component("")
    stack = [root]
    for line in logical_lines(content):
        head, _, value = line.partition(":")
        name, *parameters = head.split(";")
        if name == "BEGIN":
            stack.append(Component(value))
            stack[-2].inside.append(stack[-1])
        elif name == "END":
            assert stack.pop().name == value
        else:
            pairs = (parameter.partition("=") for parameter in parameters)
            stack[-1].properties.append((name, {key: text for key, _, text in pairs}, value))
    (calendar,) = root.inside
    return calendar
