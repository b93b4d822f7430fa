"""What a line of a statement is probably for, and why: a draft for people. Never by the amount alone (R-18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from courses_app.foundation.yen import Yen, total
from courses_app.payments.rules.banking.books import ZERO, Books, OpenInvoice
from courses_app.payments.rules.banking.statements import StatementLine

MOST_TRIED = 12  # open invoices of one organization whose sums are tried
MOST_SUMS = 2  # more than one sum that fits is as good as none


class Certainty(StrEnum):
    SURE = "sure"  # two independent things agree: a number or a name, and the amount
    LIKELY = "likely"  # a person should look
    UNCLEAR = "unclear"  # a person must choose
    NONE = "none"
    CHOSEN = "chosen"  # a person did


class Why(StrEnum):
    NUMBER = "number"
    NAME = "name"
    NAME_LEARNED = "name_learned"
    NAME_CUT = "name_cut"
    NAME_UNKNOWN = "name_unknown"
    NAME_OF_ANOTHER = "name_of_another"
    SEVERAL_ORGANIZATIONS = "several_organizations"
    AMOUNT = "amount"
    AMOUNT_OF_SEVERAL = "amount_of_several"
    FEE = "fee"
    MORE = "more"
    LESS = "less"
    SEVERAL_FIT = "several_fit"
    NOTHING_FITS = "nothing_fits"
    NOTHING_OPEN = "nothing_open"
    LAPSED = "lapsed"
    SAME_AMOUNT_ELSEWHERE = "same_amount_elsewhere"
    REVERSED = "reversed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reason:
    """Why, with the yen or the number of things it is about (0: none)."""

    why: Why
    number: int = 0


@dataclass(frozen=True)
class Proposal:
    """Shares of the line's amount for invoices; `fee` we bear on the last share's invoice, the rest is credit."""

    certainty: Certainty
    reasons: tuple[Reason, ...]
    organization_id: int | None = None
    shares: tuple[tuple[str, Yen], ...] = ()
    fee: Yen = ZERO
    credit: Yen = ZERO


@dataclass(frozen=True)
class _Fit:
    """How an amount fits the open invoices of one organization."""

    certainty: Certainty
    reasons: tuple[Reason, ...]
    invoices: tuple[OpenInvoice, ...] = ()
    fee: Yen = ZERO


def propose(
    lines: Iterable[StatementLine], books: Books, *, drafted: Mapping[str, int] | None = None
) -> list[Proposal]:
    """A draft for each line, in their order: what one line would settle is no longer open for the next.

    `drafted`: yen that other drafts are to settle already, by invoice.
    """
    taken = dict(drafted or {})
    proposals = []
    for line in lines:
        proposal = _propose(line, books, taken)
        for number, (reference, yen) in enumerate(proposal.shares, start=1):
            fee = proposal.fee if number == len(proposal.shares) else 0
            taken[reference] = taken.get(reference, 0) + yen + fee
        proposals.append(proposal)
    return proposals


def _propose(line: StatementLine, books: Books, taken: dict[str, int]) -> Proposal:
    if line.reverses:
        return Proposal(Certainty.UNCLEAR, (Reason(Why.REVERSED),))
    numbered = books.numbered(f"{line.payer} {line.memo}")
    if numbered:
        return _by_number(line, numbered, books, taken)
    named = books.named(line.payer)
    if len(named.organizations) > 1:
        return Proposal(Certainty.UNCLEAR, (Reason(Why.SEVERAL_ORGANIZATIONS, len(named.organizations)),))
    if not named.organizations:
        elsewhere = books.of_amount(line.amount)
        hint = (Reason(Why.SAME_AMOUNT_ELSEWHERE, elsewhere),) if elsewhere else ()
        return Proposal(Certainty.NONE, (Reason(Why.UNKNOWN), *hint))
    why = Why.NAME_LEARNED if named.learned else Why.NAME_CUT if named.cut else Why.NAME
    (organization_id,) = named.organizations
    still_open = _still_open(books.open_of(organization_id), taken)
    lapsed = [] if still_open else _still_open(books.lapsed_of(organization_id, line.amount), taken)
    fit = _one_of(lapsed, Reason(Why.AMOUNT), Certainty.LIKELY) if lapsed else _fit(line.amount, still_open, books)
    return _drafted(line, organization_id, Reason(why), fit)


def _by_number(line: StatementLine, numbered: list[OpenInvoice], books: Books, taken: dict[str, int]) -> Proposal:
    """The payer wrote an order's number. Its organization pays, even under a name we don't know."""
    organizations = {invoice.organization_id for invoice in numbered}
    if len(organizations) > 1:
        return Proposal(Certainty.UNCLEAR, (Reason(Why.SEVERAL_ORGANIZATIONS, len(organizations)),))
    (organization_id,) = organizations
    wanted = _still_open(numbered, taken)
    fit = _fit_all(line.amount, wanted, books) if wanted else None
    if fit is None or fit.certainty is not Certainty.SURE:
        fit = _fit_more(line.amount, wanted, _still_open(books.open_of(organization_id), taken), books) or fit
    if fit is None:
        fit = _Fit(Certainty.LIKELY, (Reason(Why.NOTHING_OPEN),))
    proposal = _drafted(line, organization_id, Reason(Why.NUMBER, len(numbered)), fit)
    return _doubting_the_name(proposal, line, books)


def _doubting_the_name(proposal: Proposal, line: StatementLine, books: Books) -> Proposal:
    """A number with the name of another organization is looked at twice; a name nobody has needs no doubt."""
    named = books.named(line.payer).organizations
    if not named:
        return replace(proposal, reasons=(*proposal.reasons, Reason(Why.NAME_UNKNOWN)))
    if proposal.organization_id in named:
        return proposal
    doubted = Certainty.LIKELY if proposal.certainty is Certainty.SURE else Certainty.UNCLEAR
    return replace(proposal, certainty=doubted, reasons=(*proposal.reasons, Reason(Why.NAME_OF_ANOTHER)))


def _still_open(invoices: Sequence[OpenInvoice], taken: dict[str, int]) -> list[OpenInvoice]:
    """What is left of them once the lines before have taken their shares."""
    left = (replace(one, left=Yen(one.left - taken.get(one.reference, 0))) for one in invoices)
    return [one for one in left if one.left > 0]


def _fit_all(amount: int, invoices: Sequence[OpenInvoice], books: Books) -> _Fit:
    """An amount against all of the invoices it was said to be for."""
    whole = total(one.left for one in invoices)
    if any(one.lapsed for one in invoices) and amount < whole:
        return _Fit(Certainty.UNCLEAR, (Reason(Why.LESS, whole - amount), Reason(Why.LAPSED)))
    if amount == whole:
        why = Reason(Why.AMOUNT) if len(invoices) == 1 else Reason(Why.AMOUNT_OF_SEVERAL, len(invoices))
        return _Fit(Certainty.SURE, (why,), tuple(invoices))
    if books.fees.forgives(whole - amount):
        short = Yen(whole - amount)
        return _Fit(Certainty.LIKELY, (Reason(Why.FEE, short),), tuple(invoices), short)
    why = Reason(Why.MORE, amount - whole) if amount > whole else Reason(Why.LESS, whole - amount)
    return _Fit(Certainty.LIKELY, (why,), tuple(invoices))


def _fit_more(
    amount: int, wanted: Sequence[OpenInvoice], everything: Sequence[OpenInvoice], books: Books
) -> _Fit | None:
    """One number was written, several invoices were paid."""
    sums = [found for found in _sums(amount, everything) if set(wanted) <= set(found)]
    if len(sums) == 1 and len(sums[0]) > len(wanted):
        return _Fit(Certainty.LIKELY, (Reason(Why.AMOUNT_OF_SEVERAL, len(sums[0])),), sums[0])
    return None


def _fit(amount: int, invoices: Sequence[OpenInvoice], books: Books) -> _Fit:
    """An amount against what an organization has open: one, all, some of them, one less a fee."""
    if not invoices:
        return _Fit(Certainty.LIKELY, (Reason(Why.NOTHING_OPEN),))
    equal = [one for one in invoices if one.left == amount]
    if equal:
        return _one_of(equal, Reason(Why.AMOUNT), Certainty.SURE)
    if len(invoices) == 1 or amount == total(one.left for one in invoices):
        return _fit_all(amount, invoices, books)
    sums = _sums(amount, invoices)
    if len(sums) == 1:
        return _Fit(Certainty.LIKELY, (Reason(Why.AMOUNT_OF_SEVERAL, len(sums[0])),), sums[0])
    several = _Fit(Certainty.UNCLEAR, (Reason(Why.SEVERAL_FIT, len(sums)),))
    return several if sums else _fit_less_a_fee(amount, invoices, books)


def _fit_less_a_fee(amount: int, invoices: Sequence[OpenInvoice], books: Books) -> _Fit:
    less = [one for one in invoices if books.fees.forgives(one.left - amount)]
    if less:
        short = Yen(less[0].left - amount)
        return replace(_one_of(less, Reason(Why.FEE, short), Certainty.LIKELY), fee=short)
    whole = total(one.left for one in invoices)
    if books.fees.forgives(whole - amount) or amount > whole:
        return _fit_all(amount, invoices, books)
    return _Fit(Certainty.UNCLEAR, (Reason(Why.NOTHING_FITS, len(invoices)),))


def _one_of(fitting: Sequence[OpenInvoice], why: Reason, certainty: Certainty) -> _Fit:
    """Of several that fit alike the one due first is proposed, and a person must say so."""
    if len(fitting) == 1:
        return _Fit(certainty, (why,), (fitting[0],))
    return _Fit(Certainty.UNCLEAR, (why, Reason(Why.SEVERAL_FIT, len(fitting))), (fitting[0],))


def _sums(amount: int, invoices: Sequence[OpenInvoice]) -> list[tuple[OpenInvoice, ...]]:
    """The sets of two or more invoices that make the amount; looked for until two are found."""
    tried = [one for one in invoices if one.left < amount][:MOST_TRIED]
    found: list[tuple[OpenInvoice, ...]] = []
    for count in range(2, len(tried) + 1):
        for some in combinations(tried, count):
            if sum(one.left for one in some) == amount:
                found.append(some)
                if len(found) == MOST_SUMS:
                    return found
    return found


def _drafted(line: StatementLine, organization_id: int, why: Reason, fit: _Fit) -> Proposal:
    """The fit as shares of the line, what is due first filled first."""
    left, shares = int(line.amount), []
    for invoice in fit.invoices:
        share = min(left, invoice.left)
        if share > 0:
            shares.append((invoice.reference, Yen(share)))
            left -= share
    lapsed = any(invoice.lapsed for invoice in fit.invoices)
    doubted = lapsed and fit.certainty is Certainty.SURE
    return Proposal(
        certainty=Certainty.LIKELY if doubted else fit.certainty,
        reasons=(why, *fit.reasons, *((Reason(Why.LAPSED),) if lapsed else ())),
        organization_id=organization_id,
        shares=tuple(shares),
        fee=fit.fee,
        credit=Yen(left) if shares or fit.certainty is not Certainty.UNCLEAR else Yen(0),
    )
