"""What a line is for: two things must agree, and people read why (R-18)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.foundation.yen import Yen
from courses_app.payments.rules.banking import (
    Books,
    Certainty,
    FeeRule,
    OpenInvoice,
    Proposal,
    StatementLine,
    Why,
    fold_name,
    propose,
    read_zengin,
)
from tests.payments.banking.making import DAY, FILES

YAMADA, LONG, SAKURA, MIDORI, HOKURIKU, CENTER, PARENT = range(1, 8)
NAMES = [
    (YAMADA, "ヤマダショウジ"),
    (LONG, "ニッポンガイコクジンギノウジッシュウセイウケイレジギョウチュウオウキョウドウクミアイ"),
    (SAKURA, "サクラサンギョウ"),
    (MIDORI, "ミドリキョウドウクミアイ"),
    (HOKURIKU, "キョウドウクミアイホクリクジツシュウ"),
    (CENTER, "ジンザイセンター"),
    (PARENT, "コガイシャ"),
]


def invoice(reference: str, organization: int, left: int, due: int = 20, number: str = "") -> OpenInvoice:
    numbers = (reference, number) if number else (reference,)
    return OpenInvoice(reference, organization, Yen(left), date(2026, 11, due), numbers)


OPEN = [
    invoice("Q-1", YAMADA, 23_000),
    invoice("Q-2", LONG, 11_500),
    invoice("Q-3", SAKURA, 23_000),
    invoice("Q-4", MIDORI, 34_500, due=10),
    invoice("Q-5", MIDORI, 34_500, due=12),
    invoice("Q-6", HOKURIKU, 23_000, due=9),
    invoice("Q-7", HOKURIKU, 11_500, due=10),
    invoice("Q-8", HOKURIKU, 34_500, due=11),
    invoice("Q-9", CENTER, 34_500),
    invoice("Q-10", PARENT, 46_000, number="B-7K4MQ9XHA"),
]
FEES = FeeRule(usual=(Yen(440), Yen(660)), tolerance=Yen(0))


def line(payer: str, amount: int, memo: str = "") -> StatementLine:
    return StatementLine(1, DAY, Yen(amount), payer, memo)


def one(payer: str, amount: int, *invoices: OpenInvoice, learned: dict[str, frozenset[int]] | None = None) -> Proposal:
    (proposal,) = propose([line(payer, amount)], Books(invoices, NAMES, learned or {}, FEES))
    return proposal


def whys(proposal: Proposal) -> list[Why]:
    return [reason.why for reason in proposal.reasons]


def test_r18_the_awkward_lines_of_a_statement() -> None:
    (account,) = read_zengin((FILES / "zengin-notice.txt").read_bytes(), today=DAY)
    found = propose(account.lines, Books(OPEN, NAMES, {}, FEES))
    told = [(one.organization_id, dict(one.shares), one.fee, one.credit, one.certainty) for one in found]
    assert told == [
        (YAMADA, {"Q-1": 23_000}, 0, 0, Certainty.SURE),
        (LONG, {"Q-2": 11_500}, 0, 0, Certainty.SURE),
        (SAKURA, {"Q-3": 22_560}, 440, 0, Certainty.LIKELY),
        (MIDORI, {"Q-4": 34_500}, 0, 0, Certainty.UNCLEAR),
        (MIDORI, {"Q-5": 34_500}, 0, 0, Certainty.SURE),
        (HOKURIKU, {"Q-6": 23_000, "Q-7": 11_500, "Q-8": 34_500}, 0, 0, Certainty.SURE),
        (CENTER, {"Q-9": 20_000}, 0, 0, Certainty.LIKELY),
        (CENTER, {"Q-9": 14_500}, 0, 0, Certainty.SURE),
        (PARENT, {"Q-10": 46_000}, 0, 0, Certainty.SURE),
        (None, {}, 0, 0, Certainty.NONE),
    ]


def test_r18_the_amount_alone_is_never_a_match() -> None:
    proposal = one("ﾀﾅｶ ﾀﾛｳ", 23_000, *OPEN)
    assert (proposal.organization_id, proposal.shares, proposal.certainty) == (None, (), Certainty.NONE)
    assert whys(proposal) == [Why.UNKNOWN, Why.SAME_AMOUNT_ELSEWHERE]


@given(st.integers(1, 100_000), st.text(alphabet="ｱｲｳｴｵｻｼｽｾｿ", max_size=6))
def test_r18_whoever_is_unknown_gets_nothing(amount: int, payer: str) -> None:
    assert one(payer, amount, *OPEN).shares == ()


def test_r18_two_equal_invoices_are_for_a_person_to_tell_apart() -> None:
    proposal = one("ﾐﾄﾞﾘｷﾖｳｸﾐ", 34_500, *OPEN)
    assert (proposal.shares, proposal.certainty) == ((("Q-4", 34_500),), Certainty.UNCLEAR)
    assert Why.SEVERAL_FIT in whys(proposal)


def test_r18_a_number_finds_its_invoice_under_any_name() -> None:
    proposal = one("B7K4MQ9XHA ﾀﾅｶ ﾀﾛｳ", 46_000, *OPEN)
    assert (proposal.organization_id, proposal.certainty) == (PARENT, Certainty.SURE)
    assert whys(proposal) == [Why.NUMBER, Why.AMOUNT, Why.NAME_UNKNOWN]


def test_r18_a_number_with_the_name_of_another_organization_is_doubted() -> None:
    proposal = one("B7K4MQ9XHA ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 46_000, *OPEN)
    assert (proposal.organization_id, proposal.certainty) == (PARENT, Certainty.LIKELY)
    assert Why.NAME_OF_ANOTHER in whys(proposal)


def test_r18_one_number_and_the_sum_of_three() -> None:
    invoices = [invoice("Q-A", CENTER, 10_000, number="B-7K4MQ9XHA"), invoice("Q-B", CENTER, 20_000),
                invoice("Q-C", CENTER, 40_000), invoice("Q-D", CENTER, 80_000)]  # fmt: skip
    proposal = one("B7K4MQ9XHA ｼﾞﾝｻﾞｲｾﾝﾀ-", 70_000, *invoices)
    assert dict(proposal.shares) == {"Q-A": 10_000, "Q-B": 20_000, "Q-C": 40_000}
    assert proposal.certainty is Certainty.LIKELY


def test_r18_numbers_of_two_organizations_are_unclear() -> None:
    invoices = [invoice("Q-A", CENTER, 10_000, number="B-7K4MQ9XHA"), invoice("Q-B", MIDORI, 1, number="B-3467AC9XH")]
    assert one("B7K4MQ9XHA B3467AC9XH", 10_001, *invoices).certainty is Certainty.UNCLEAR


def test_r18_too_much_is_credit_and_too_little_is_a_part() -> None:
    more, less = one("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 25_000, *OPEN), one("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 20_000, *OPEN)
    assert (dict(more.shares), more.credit, more.fee) == ({"Q-1": 23_000}, 2_000, 0)
    assert (dict(less.shares), less.credit, less.fee) == ({"Q-1": 20_000}, 0, 0)
    assert (whys(more), whys(less)) == ([Why.NAME, Why.MORE], [Why.NAME, Why.LESS])


def test_r18_only_fees_that_staff_listed_are_forgiven() -> None:
    assert one("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 23_000 - 440, *OPEN).fee == 440
    assert one("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 23_000 - 441, *OPEN).fee == 0
    tolerant = Books(OPEN, NAMES, {}, FeeRule(tolerance=Yen(1000)))
    (proposal,) = propose([line("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 22_001)], tolerant)
    assert (dict(proposal.shares), proposal.fee) == ({"Q-1": 22_001}, 999)


def test_r18_money_with_nothing_open_is_the_organizations_credit() -> None:
    proposal = one("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 500)
    assert (proposal.organization_id, proposal.credit, proposal.certainty) == (YAMADA, 500, Certainty.LIKELY)


def test_r18_a_learned_name_is_known_again() -> None:
    learned = {fold_name("ｶ)ﾄｳｷﾖｳｼﾃﾝ"): frozenset({YAMADA})}
    proposal = one("ﾄｳｷﾖｳｼﾃﾝ(ｶ", 23_000, *OPEN, learned=learned)
    assert (proposal.organization_id, proposal.certainty) == (YAMADA, Certainty.SURE)
    assert whys(proposal) == [Why.NAME_LEARNED, Why.AMOUNT]


def test_r07_late_money_for_an_order_given_up_is_shown_to_a_person() -> None:
    gone = OpenInvoice("Q-1", YAMADA, Yen(23_000), date(2026, 11, 1), ("Q-1", "B-7K4MQ9XHA"), lapsed=True)
    for payer in ("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", "B7K4MQ9XHA ﾀﾅｶ"):
        proposal = one(payer, 23_000, gone)
        assert (dict(proposal.shares), proposal.certainty) == ({"Q-1": 23_000}, Certainty.LIKELY)
        assert Why.LAPSED in whys(proposal)
    assert one("ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", 22_000, gone).credit == 22_000  # nothing else is open: it is kept for the organization
    assert one("B7K4MQ9XHA ﾀﾅｶ", 22_000, gone).shares == ()  # seats are not looked for with a part of the money


def test_r18_a_name_learned_for_two_organizations_is_unclear() -> None:
    learned = {fold_name("ﾄｳｷﾖｳｼﾃﾝ"): frozenset({YAMADA, SAKURA})}
    assert one("ﾄｳｷﾖｳｼﾃﾝ", 23_000, *OPEN, learned=learned).certainty is Certainty.UNCLEAR


def test_r18_a_name_that_two_organizations_bear_is_unclear() -> None:
    books = Books(OPEN, [(1, "ミドリ"), (2, "カ)ミドリ")], {}, FEES)
    (proposal,) = propose([line("ﾐﾄﾞﾘ", 34_500)], books)
    assert (proposal.organization_id, whys(proposal)) == (None, [Why.SEVERAL_ORGANIZATIONS])


def test_r18_several_sums_that_fit_are_unclear_and_one_is_likely() -> None:
    three = [invoice(f"Q-{n}", CENTER, yen) for n, yen in enumerate((1_000, 2_000, 3_000, 4_000))]
    assert one("ｼﾞﾝｻﾞｲｾﾝﾀ-", 5_000, *three).certainty is Certainty.UNCLEAR
    assert dict(one("ｼﾞﾝｻﾞｲｾﾝﾀ-", 9_000, *three).shares) == {"Q-1": 2_000, "Q-2": 3_000, "Q-3": 4_000}


def test_money_the_bank_took_back_is_for_a_person() -> None:
    taken_back = StatementLine(1, DAY, Yen(23_000), "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ", reverses=True)
    (proposal,) = propose([taken_back], Books(OPEN, NAMES, {}, FEES))
    assert (proposal.shares, whys(proposal)) == ((), [Why.REVERSED])


PAYERS = st.sampled_from([name for _number, name in NAMES] + ["B7K4MQ9XHA", "ﾀﾅｶ", "ｶ)ﾔﾏﾀﾞｼﾖｳｼﾞ"])


@given(st.lists(st.tuples(PAYERS, st.integers(1, 120_000)), max_size=12))
def test_inv18_no_yen_is_drafted_twice_and_none_gets_lost(came: list[tuple[str, int]]) -> None:
    lines = [line(payer, amount) for payer, amount in came]
    found = propose(lines, Books(OPEN, NAMES, {}, FEES))
    drafted: dict[str, int] = {}
    for its_line, proposal in zip(lines, found, strict=True):
        assert all(yen > 0 for _reference, yen in proposal.shares)
        assert proposal.credit >= 0
        placed = sum(yen for _reference, yen in proposal.shares) + proposal.credit
        assert placed in (0, its_line.amount)
        for reference, yen in proposal.shares:
            drafted[reference] = drafted.get(reference, 0) + yen
    assert all(drafted.get(one.reference, 0) <= one.left for one in OPEN)


@pytest.mark.parametrize("number", ["B-7K4MQ9XHA", "7K4MQ9XHA", "B7K4 MQ9XHA"])
def test_the_number_in_the_memo_counts_as_well(number: str) -> None:
    (proposal,) = propose([line("ﾀﾅｶ", 46_000, memo=number)], Books(OPEN, NAMES, {}, FEES))
    assert proposal.certainty is Certainty.SURE
