"""Who is served next with free seats, from plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses_app.bookings.rules import PARTY, InLine, PartyMove, PartyState, offer_until, share_out

NOW = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)


def line(*wanted: int, part: tuple[int, ...] = ()) -> list[InLine]:
    return [InLine(number, seats, number in part) for number, seats in enumerate(wanted, start=1)]


def test_in_order_of_arrival_until_one_does_not_fit() -> None:
    sharing = share_out(line(2, 3, 1), free=4, smaller_may_pass=False)
    assert (sharing.given, sharing.left, sharing.blocked) == ([(1, 2)], 2, True)
    assert not sharing.leaves_room_for(1)


def test_a_smaller_party_passes_only_by_the_rule() -> None:
    sharing = share_out(line(2, 3, 1), free=4, smaller_may_pass=True)
    assert (sharing.given, sharing.left, sharing.blocked) == ([(1, 2), (3, 1)], 1, False)
    assert sharing.leaves_room_for(1)


def test_who_accepts_a_part_takes_all_that_is_left_and_keeps_the_place() -> None:
    sharing = share_out(line(5, 1, part=(1,)), free=3, smaller_may_pass=True)
    assert (sharing.given, sharing.left) == ([(1, 3)], 0)


def test_seats_beyond_the_line_are_for_everybody() -> None:
    sharing = share_out(line(2), free=5, smaller_may_pass=False)
    assert sharing.leaves_room_for(3)
    assert not sharing.leaves_room_for(4)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=12), st.integers(0, 30), st.booleans()
)  # fmt: skip
def test_inv17_never_too_many_and_never_past_somebody(
    sizes: list[tuple[int, bool]], free: int, smaller_may_pass: bool
) -> None:
    parties = [InLine(number, wanted, part) for number, (wanted, part) in enumerate(sizes, start=1)]
    sharing = share_out(parties, free=free, smaller_may_pass=smaller_may_pass)
    given_to = dict(sharing.given)
    assert sum(given_to.values()) + sharing.left == free
    last = max(given_to, default=0)
    for party in parties:
        got = given_to.get(party.id, 0)
        assert got in (0, party.wanted) or party.accepts_part
        if party.id < last and not smaller_may_pass:
            assert got == party.wanted
        if not got and party.wanted <= sharing.left:
            assert sharing.blocked


@pytest.mark.parametrize(
    ("closes_in", "expected"), [(timedelta(days=9), 48), (timedelta(hours=5), 5), (timedelta(minutes=59), None)]
)
def test_r20_an_offer_stands_no_longer_than_booking(closes_in: timedelta, expected: int | None) -> None:
    until = offer_until(hours=48, closes_at=NOW + closes_in, now=NOW)
    assert until == (NOW + timedelta(hours=expected) if expected else None)


def test_every_state_with_every_move() -> None:
    ends = {PartyState.SERVED, PartyState.LEFT, PartyState.LAPSED, PartyState.CLOSED}
    for state in PartyState:
        for move in PartyMove:
            assert not (state in ends and PARTY.allows(state, move))
    assert [move for move in PartyMove if not PARTY.allows(PartyState.WAITING, move)] == [PartyMove.LAPSE]
    assert {move for move in PartyMove if not PARTY.allows(PartyState.OFFERED, move)} == {PartyMove.OFFER}
