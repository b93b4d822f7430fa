"""What codes are called: the audit and the outbox keep short codes, people read words.

Each room tells its own words in its rules (`TOLD`); the office joins them. A code that nobody named is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_pgettext as _p

from courses_app.foundation.templating import yen
from courses_app.foundation.yen import Yen

LISTS = {"fields", "reasons", "before", "after"}  # their values stand side by side; others are [before, after]
MONEY = {"amount", "total", "reversed"}
NUMBERED = re.compile(r"(\w+)-(\d+)")
LANGUAGES = {"_ja": _p("detail in the audit", "in Japanese"), "_en": _p("detail in the audit", "in English")}
BY_SERVER = re.compile(r"(.+) \((\d+)\)")  # what went wrong, and the number the mail server gave


@dataclass(frozen=True)
class Told:
    """The words of one room, or of all of them.

    `states` is keyed by the first part of the action and the value, `booking.held`; other codes in a detail by
    its key and the value, `provider.stripe`.
    """

    actions: Mapping[str, Any] = field(default_factory=dict)
    states: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    mails: Mapping[str, Any] = field(default_factory=dict)

    def action(self, code: str) -> str:
        return str(self.actions.get(code, code))

    def state(self, action: str, value: str | None) -> str:
        """The state before or after an action, or whatever else stands there: a day, a number."""
        return self._value(action.partition(".")[0], value) if value else "—"

    def mail(self, kind: str) -> str:
        return str(self.mails.get(kind, kind))

    def actor(self, kind: str, label: str) -> str:
        """People are called by their name."""
        return label if kind == "person" else self._value("actor", kind)

    def reason(self, text: str) -> str:
        """Why something failed: our word for it, and the number the other side gave."""
        return self._value("reason", text)

    def detail(self, facts: Mapping[str, Any] | None) -> list[tuple[str, str]]:
        """(label, value) of everything a detail says."""
        return [(self._label(name), self.value(name, value)) for name, value in (facts or {}).items() if value != ""]

    def _label(self, name: str) -> str:
        if name in self.details:
            return str(self.details[name])
        if numbered := NUMBERED.fullmatch(name):
            return f"{self._label(numbered[1])} {int(numbered[2]) + 1}"
        bare, language = name[:-3], LANGUAGES.get(name[-3:])
        return f"{self.details[bare]} ({language})" if language and bare in self.details else name

    def value(self, name: str, value: Any) -> str:
        """What stands in a detail behind a label."""
        if isinstance(value, list | tuple):
            between = _(", ") if name in LISTS or len(value) != len(("before", "after")) else " → "
            return between.join(self.value(name, one) for one in value) or "—"
        if value is None:
            return "—"
        if name == "fields":
            return self._label(str(value))
        if name in MONEY and isinstance(value, int):
            return yen(Yen(value))
        return self._value("yes" if isinstance(value, bool) else NUMBERED.sub(r"\1", name), str(value))

    def _value(self, of: str, value: str) -> str:
        by_server = BY_SERVER.fullmatch(value)
        if by_server and f"{of}.{by_server[1]}" in self.states:
            return f"{self.states[f'{of}.{by_server[1]}']} ({by_server[2]})"
        return str(self.states.get(f"{of}.{value}", value))


def joined(rooms: Iterable[Told]) -> Told:
    """The words of several rooms together. Raises ValueError where two rooms name one code."""
    everything = list(rooms)
    return Told(*(dict(_once(everything, kind)) for kind in ("actions", "states", "details", "mails")))


def _once(rooms: Iterable[Told], kind: str) -> Iterator[tuple[str, Any]]:
    known = set()
    for room in rooms:
        for code, word in getattr(room, kind).items():
            if code in known:
                raise ValueError(f"two rooms have a word for {code}")
            known.add(code)
            yield code, word


# The words of the ground floor.
TOLD = Told(
    actions={
        "matter.opened": _p("what was done", "Matter opened"),
        "matter.settled": _p("what was done", "Matter settled"),
        "outbox.retried": _p("what was done", "Mail put into the queue again"),
    },
    states={
        "actor.system": _p("state in the audit", "System (automatic)"),
        "actor.gateway": _p("state in the audit", "Payment firm (Stripe)"),
        "actor.anonymous": _p("state in the audit", "Visitor without sign-in"),
        "actor.person": _p("state in the audit", "Person"),
        "outbox.queued": _p("state in the audit", "Waiting to be sent"),
        "outbox.sending": _p("state in the audit", "Being sent"),
        "outbox.sent": _p("state in the audit", "Sent"),
        "outbox.failed": _p("state in the audit", "Not delivered"),
        "note.printed": _p("state in the audit", "Printed"),
        "note.sent again": _p("state in the audit", "Sent again"),
        "note.balanced": _p("state in the audit", "Balanced"),
        "note.sent": _p("state in the audit", "Refund has been sent"),
        "note.refunded": _p("state in the audit", "Refund recorded"),
        "note.withdrawn": _p("state in the audit", "Taken back"),
        "reason.recipient refused": _p("state in the audit", "The recipient's server refused the address"),
        "reason.message refused": _p("state in the audit", "The mail server refused the message"),
        "reason.TimeoutError": _p("state in the audit", "The mail server did not answer in time"),
        "reason.SMTPServerDisconnected": _p("state in the audit", "The mail server broke the connection off"),
        "reason.ConnectionRefusedError": _p("state in the audit", "The mail server could not be reached"),
        "yes.True": _p("state in the audit", "Yes"),
        "yes.False": _p("state in the audit", "No"),
    },
    details={
        "note": _p("detail in the audit", "Note"),
        "about": _p("detail in the audit", "Concerns"),
        "reason": _p("detail in the audit", "Reason given"),
        "reasons": _p("detail in the audit", "Reasons"),
        "fields": _p("detail in the audit", "Changed fields"),
        "before": _p("detail in the audit", "Before it"),
        "after": _p("detail in the audit", "After it"),
        "paper": _p("detail in the audit", "Document"),
        "tried_at": _p("detail in the audit", "Tried at"),
        "kind": _p("detail in the audit", "Kind"),
        "object": _p("detail in the audit", "Object"),
        "amount": _p("detail in the audit", "Amount"),
        "from_on": _p("detail in the audit", "From the day"),
        "until_on": _p("detail in the audit", "Until the day"),
        "name": _p("detail in the audit", "Name"),
        "capacity": _p("detail in the audit", "Capacity"),
        "address": _p("detail in the audit", "Address"),
        "postal_code": _p("detail in the audit", "Postal code"),
    },
    mails={
        "foundation/trial": _p("kind of mail", "Trial mail"),
    },
)
