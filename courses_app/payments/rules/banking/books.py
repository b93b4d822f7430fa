"""What a line of a statement is held against: who owes what, and by which names organizations pay."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from courses_app.foundation.references import REFERENCE_LENGTH
from courses_app.foundation.yen import Yen
from courses_app.payments.rules.banking.names import SHORTEST_CUT, fold_name, is_cut, numbers_in, without_number

ZERO = Yen(0)


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice with yen `left` to pay; `numbers` are what a payer may write before the name.

    `lapsed`: its order was given up because nobody paid in time; late money may still find seats (R-07).
    """

    reference: str
    organization_id: int
    left: Yen
    due_on: date | None
    numbers: tuple[str, ...]
    lapsed: bool = False


@dataclass(frozen=True)
class FeeRule:
    """What is forgiven of an amount: fees that banks usually take off, and up to how much anything may be short."""

    usual: tuple[Yen, ...] = ()
    tolerance: Yen = ZERO

    def forgives(self, short: int) -> bool:
        return 0 < short <= self.tolerance or short in self.usual


@dataclass(frozen=True)
class Named:
    """Whose name it is: `learned` from earlier payments, or read off a field that was `cut` full."""

    organizations: frozenset[int] = frozenset()
    learned: bool = False
    cut: bool = False


@dataclass
class Books:
    """The open invoices and the names, ready to be asked ten thousand times."""

    invoices: Iterable[OpenInvoice]
    names: Iterable[tuple[int, str]]  # organization and the reading of its name
    learned: Mapping[str, frozenset[int]] = field(default_factory=dict)  # folded payer name → whom it has paid for
    fees: FeeRule = FeeRule()

    def __post_init__(self) -> None:
        self._by_number: dict[str, list[OpenInvoice]] = defaultdict(list)
        self._by_organization: dict[int, list[OpenInvoice]] = defaultdict(list)
        self._by_amount: dict[int, int] = defaultdict(int)
        for invoice in sorted(self.invoices, key=lambda one: (one.due_on or date.max, one.reference)):
            self._by_organization[invoice.organization_id].append(invoice)
            self._by_amount[invoice.left] += not invoice.lapsed
            for number in {key for one in invoice.numbers for key in _keys(one)}:
                self._by_number[number].append(invoice)
        self._by_name: dict[str, set[int]] = defaultdict(set)
        long = set()
        for organization_id, name in self.names:
            self._by_name[fold_name(name)].add(organization_id)
            long.add((fold_name(name, keep_behind=True), organization_id))
        self._long = sorted(long)

    def numbered(self, text: str) -> list[OpenInvoice]:
        """The open invoices whose number stands in a text."""
        found = [invoice for number in numbers_in(text) for invoice in self._by_number.get(number, ())]
        return list(dict.fromkeys(found))

    def named(self, payer: str) -> Named:
        """Who pays by this name."""
        bare = without_number(payer)
        key = fold_name(bare)
        if not key:
            return Named()
        if key in self.learned:
            return Named(self.learned[key], learned=True)
        if key in self._by_name:
            return Named(frozenset(self._by_name[key]))
        if is_cut(payer):
            return Named(self._beginning_with(fold_name(bare, keep_behind=True)), cut=True)
        return Named()

    def open_of(self, organization_id: int) -> list[OpenInvoice]:
        """What an organization has open, what is due first in front."""
        return [one for one in self._by_organization.get(organization_id, ()) if not one.lapsed]

    def lapsed_of(self, organization_id: int, amount: int) -> list[OpenInvoice]:
        """Its orders of this amount that were given up."""
        return [one for one in self._by_organization.get(organization_id, ()) if one.lapsed and one.left == amount]

    def of_amount(self, amount: int) -> int:
        """How many open invoices have this amount left: a hint for people, never a match (R-18)."""
        return self._by_amount.get(amount, 0)

    def _beginning_with(self, start: str) -> frozenset[int]:
        if len(start) < SHORTEST_CUT:
            return frozenset()
        found, place = set(), bisect_left(self._long, (start, -1))
        while place < len(self._long) and self._long[place][0].startswith(start):
            found.add(self._long[place][1])
            place += 1
        return frozenset(found)


def _keys(number: str) -> set[str]:
    """A number without hyphens, and the nine letters of a reference without its own in front."""
    joined = number.upper().replace("-", "")
    return {joined, joined[1:]} if len(joined) == REFERENCE_LENGTH + 1 and joined[0].isalpha() else {joined}
