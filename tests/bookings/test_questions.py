"""After a move everybody with seats is asked: keep, another date, money back; on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from courses_app.accounts.models import Account
from courses_app.bookings import operations, queries
from courses_app.bookings.models import Booking, MoveQuestion, SeatStatus
from courses_app.bookings.rules import (
    ASKED_OF,
    QUESTION,
    AnswerDayWrong,
    AnsweredOtherwise,
    AnswerTooLate,
    BookingStatus,
    FiguresChanged,
    NothingChosen,
    QuestionIsOver,
    QuestionMove,
    QuestionState,
    RunFull,
    SeatChoice,
    answer_day,
    answer_until,
    outcome,
    remind_at,
)
from courses_app.bookings.tasks import run_due
from courses_app.catalogue.models import Course, CourseRun
from courses_app.foundation import clock
from courses_app.foundation.audit import SYSTEM, AuditEntry
from courses_app.foundation.clock import JST, day_of, end_of, start_of
from courses_app.foundation.db import in_transaction, session
from courses_app.foundation.lifecycle import MoveNotAllowed
from courses_app.foundation.templating import until_words
from courses_app.foundation.yen import Yen
from courses_app.rosters import operations as rosters
from tests.accounts.test_at_once import at_once
from tests.bookings.asked import answer, move_run, question_about
from tests.bookings.conftest import MakeHere
from tests.bookings.mailbox import mails
from tests.bookings.making import attendee
from tests.bookings.test_dates import broken, refunds, taken

DAY = timedelta(days=1)
KEEP, GIVE_BACK = "keep", "give_back"


def moved(make: MakeHere, n: int = 1, *, paid: bool = True) -> tuple[Booking, CourseRun, CourseRun]:
    """A booking in a run that was moved, the run, and another date at the same price."""
    make.issuer()
    run, other = make.run(days_ahead=40), make.run(days_ahead=60, venue="osaka-nakanoshima")
    booking = make.paid(run, n) if paid else make.ordered(run, n)
    return booking, move_run(make, run), other


@pytest.mark.parametrize("state", QuestionState)
@pytest.mark.parametrize("move", QuestionMove)
def test_only_an_open_question_ends(state: QuestionState, move: QuestionMove) -> None:
    if state is QuestionState.ASKED:
        assert QUESTION.after(state, move) is not QuestionState.ASKED
    else:
        with pytest.raises(MoveNotAllowed):
            QUESTION.after(state, move)


def test_the_day_to_answer_by(app: Flask) -> None:
    now = datetime(2026, 12, 1, 3, tzinfo=clock.UTC)
    closes, starts = datetime(2026, 12, 5, 17, tzinfo=JST), datetime(2026, 12, 10, 9, tzinfo=JST)
    assert answer_day(7, closes_at=closes, now=now) == date(2026, 12, 5)
    assert answer_day(2, closes_at=closes, now=now) == date(2026, 12, 3)
    assert answer_day(7, closes_at=now - DAY, now=now) == date(2026, 12, 1)
    assert answer_until(date(2026, 12, 5), starts_at=starts, now=now) == end_of(date(2026, 12, 5))
    assert answer_until(date(2026, 12, 10), starts_at=starts, now=now) == starts
    for wrong in (date(2026, 11, 30), date(2026, 12, 11)):
        with pytest.raises(AnswerDayWrong):
            answer_until(wrong, starts_at=starts, now=now)
    until = end_of(date(2026, 12, 5))
    assert remind_at(until, 2, now=now) == start_of(date(2026, 12, 3))
    assert (remind_at(until, 0, now=now), remind_at(until, 4, now=now)) == (None, None)
    with app.test_request_context():
        assert "5日" in until_words(until)
        assert "9:00" in until_words(starts)


def test_how_a_question_ends() -> None:
    keep, move, back = SeatChoice.KEEP, SeatChoice.MOVE, SeatChoice.GIVE_BACK
    assert outcome([keep, SeatChoice.OPEN]) is None
    assert [outcome([one, one]) for one in (keep, move, back)] == [
        QuestionMove.KEEP, QuestionMove.MOVE, QuestionMove.GIVE_BACK,
    ]  # fmt: skip
    assert outcome([keep, move]) is QuestionMove.MIX


def test_orders_are_asked_and_holds_are_only_told(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    run = make.run(days_ahead=40)
    paid, ordered, held = make.paid(run, 2), make.ordered(run), make.held(run)
    asked = queries.to_be_asked(run, now=clock.now())
    assert (asked.seats, asked.bookings, asked.organizations) == (3, 2, 2)
    move_run(make, run)
    found = session.scalars(select(MoveQuestion).order_by(MoveQuestion.id)).all()
    assert [one.booking_id for one in found] == [paid.id, ordered.id]
    assert {one.state for one in found} == {QuestionState.ASKED}
    assert [len(one.answers) for one in found] == [2, 1]
    told = {one.subject_reference: one.body for one in mails("moved")}
    assert set(told) == {paid.reference, ordered.reference, held.reference}
    for one in found:
        body = told[one.booking.reference]
        for words in (f"/questions/{one.reference}", "そのまま受講", "別の日程", "お答えがない席は", one.until):
            assert words in body, words
        assert "\n\n\n" not in body
    assert "全額を返金" not in told[ordered.reference]
    assert "/questions/" not in told[held.reference]
    assert broken() == []


def test_a_request_is_told_and_not_asked(inside: Flask, make: MakeHere) -> None:
    assert BookingStatus.REQUESTED not in ASKED_OF


def test_in_english(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    run, other = make.run(days_ahead=40), make.run(days_ahead=60)
    booking = make.paid(run, 3)
    with make.deed():
        session.get_one(Booking, booking.id).language = "en"
    move_run(make, run)
    (told,) = mails("moved")
    for words in ("Keep the seat", "Another date", "Money back", "without an answer", "/questions/Q-"):
        assert words.lower() in told.body.lower(), words
    question = question_about(booking)
    with make.deed():
        operations.remind_to_answer(question.id, now=question.remind_at or clock.now())
    answer(make, booking, {1: KEEP, 2: other.reference, 3: GIVE_BACK}, less=11_500)
    for kind, words in (("question_reminder", "Not answered yet"), ("question_answered", "stays")):
        (mail,) = mails(kind)
        assert words in mail.body
        for body in (mail.body, told.body):
            assert "\n\n\n" not in body
            assert "None" not in body


def test_all_seats_stay(inside: Flask, make: MakeHere) -> None:
    booking, run, _other = moved(make, 2)
    question = answer(make, booking, {1: KEEP, 2: KEEP})
    assert question.state is QuestionState.KEPT
    assert taken(run) == [2]
    (mail,) = mails("question_answered")
    assert "そのまま受講" in mail.body
    assert answer(make, booking, {1: KEEP, 2: KEEP}).state is QuestionState.KEPT
    assert len(mails("question_answered")) == 1
    with pytest.raises(AnsweredOtherwise):
        answer(make, booking, {1: GIVE_BACK}, less=11_500)
    assert queries.freed_seats(make.whole(booking), now=clock.now()) == {}
    assert broken() == []


def test_seat_by_seat_at_no_fee_however_near_the_day(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    run, other = make.run(days_ahead=30), make.run(days_ahead=60, price_general=10_000, price_member=10_000)
    booking = make.paid(run, 3)
    move_run(make, run, days=-28)
    choices = {1: KEEP, 2: other.reference, 3: GIVE_BACK}
    with pytest.raises(FiguresChanged):
        answer(make, booking, choices, less=1)
    assert [seat.status for seat in make.whole(booking).seats] == [SeatStatus.CONFIRMED] * 3
    question = answer(make, booking, choices, less=13_000)
    booking = make.whole(booking)
    assert question.state is QuestionState.MIXED
    assert [seat.run_id for seat in booking.seats] == [run.id, other.id, run.id]
    assert [seat.status.value for seat in booking.seats] == ["confirmed", "confirmed", "cancelled"]
    assert (sorted(refunds()), queries.fees_kept(booking)) == ([1_500, 11_500], 0)
    assert [queries.moves_counted(seat) for seat in booking.seats] == [0, 0, 0]
    assert [queries.moves_of(seat) for seat in booking.seats] == [0, 1, 0]
    assert (len(mails("seat_moved")), len(mails("seat_moved_attendee")), len(mails("seats_cancelled"))) == (0, 1, 1)
    assert answer(make, booking, choices, less=13_000).state is QuestionState.MIXED
    assert (len(refunds()), len(mails("question_answered"))) == (2, 1)
    assert broken() == []


def test_a_seat_that_moved_for_us_still_has_its_free_move(inside: Flask, make: MakeHere) -> None:
    booking, _run, other = moved(make)
    answer(make, booking, {1: other.reference})
    third = make.run(days_ahead=70)
    with make.deed():
        operations.move_seat(
            booking=booking, position=1, run_reference=third.reference, agreed=Yen(0), by=SYSTEM, now=clock.now()
        )
    seat = make.whole(booking).seats[0]
    assert (seat.run_id, queries.moves_counted(seat), queries.moves_of(seat)) == (third.id, 1, 2)
    assert broken() == []


def test_an_unpaid_order_is_billed_anew_or_ends(inside: Flask, make: MakeHere) -> None:
    booking, _run, other = moved(make, 3, paid=False)
    question = answer(make, booking, {1: GIVE_BACK, 2: other.reference}, less=11_500)
    assert question.state is QuestionState.ASKED
    booking = make.whole(booking)
    assert (booking.total, booking.status) == (23_000, BookingStatus.ORDERED)
    assert "お答えがまだの席" in mails("question_answered")[0].body
    assert make.pay(booking).status is BookingStatus.PAID
    assert answer(make, booking, {3: GIVE_BACK}, less=11_500).state is QuestionState.MIXED
    assert refunds() == [11_500]
    assert broken() == []


def test_the_last_seats_given_back_end_the_booking(inside: Flask, make: MakeHere) -> None:
    booking, run, _other = moved(make, 2)
    assert answer(make, booking, {1: GIVE_BACK, 2: GIVE_BACK}, less=23_000).state is QuestionState.GIVEN_BACK
    assert make.whole(booking).status is BookingStatus.CANCELLED
    assert (taken(run), refunds()) == ([0], [11_500, 11_500])
    assert broken() == []


def test_until_all_have_an_answer_a_stay_may_be_changed(inside: Flask, make: MakeHere) -> None:
    booking, _run, other = moved(make, 2)
    assert answer(make, booking, {1: KEEP}).state is QuestionState.ASKED
    question = answer(make, booking, {1: other.reference, 2: KEEP})
    assert question.state is QuestionState.MIXED
    assert operations.said(question) == {1: other.reference, 2: KEEP}
    assert broken() == []


def test_all_or_nothing(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    run, small = make.run(days_ahead=40), make.run(days_ahead=60, capacity=1)
    booking = make.paid(run, 2)
    move_run(make, run)
    with pytest.raises(RunFull):
        answer(make, booking, {1: small.reference, 2: small.reference})
    with pytest.raises(NothingChosen):
        answer(make, booking, {})
    assert taken(run, small) == [2, 0]
    assert question_about(booking).state is QuestionState.ASKED
    assert broken() == []


def test_the_ordinary_doors_answer_as_well(inside: Flask, make: MakeHere) -> None:
    booking, _run, other = moved(make, 2)
    with make.deed():
        quote = queries.quote_of(make.whole(booking), [1], now=clock.now())
        assert (quote.fee, quote.refund) == (0, 11_500)
        assert quote.cheaper_until is not None
        agreed = operations.Agreed(quote.fee, quote.refund)
        operations.cancel_seats(booking=booking, positions=[1], agreed=agreed, by=SYSTEM, now=clock.now())
        operations.move_seat(
            booking=booking, position=2, run_reference=other.reference, agreed=Yen(0), by=SYSTEM, now=clock.now()
        )
    assert question_about(booking).state is QuestionState.MIXED
    assert broken() == []


def test_after_the_day_it_is_refused_and_the_worker_closes_once(inside: Flask, make: MakeHere) -> None:
    booking, run, _other = moved(make, 2)
    question = question_about(booking)
    after = question.answer_until
    with pytest.raises(AnswerTooLate) as refused:
        answer(make, booking, {1: GIVE_BACK}, less=11_500, now=after)
    assert question.until in str(refused.value)
    assert queries.questions_over(now=after - DAY / 100) == []
    assert queries.questions_over(now=after) == [question.id]
    for done in (True, False):
        with make.deed():
            assert operations.close_unanswered(question.id, now=after) is done
    question = question_about(booking)
    assert (question.state, question.closed_at) == (QuestionState.UNANSWERED, after)
    assert taken(run) == [2]
    with pytest.raises(AnswerTooLate):
        answer(make, booking, {1: KEEP}, now=after)
    late = queries.quote_of(make.whole(booking), [1], now=run.starts_at - DAY)
    assert late.fee > 0
    assert broken() == []


def test_who_has_not_answered_is_reminded_once(inside: Flask, make: MakeHere) -> None:
    booking, _run, _other = moved(make, 2)
    question = question_about(booking)
    due = question.remind_at
    assert due is not None
    assert day_of(due) == day_of(question.answer_until) - 3 * DAY
    answer(make, booking, {1: KEEP})
    assert queries.questions_to_remind(now=due - DAY / 100) == []
    while run_due(clock=lambda: due):
        pass
    (mail,) = mails("question_reminder")
    seats = make.whole(booking).seats
    assert seats[1].full_name in mail.body
    assert seats[0].full_name not in mail.body
    assert "\n\n\n" not in mail.body
    while run_due(clock=lambda: due + DAY):
        pass
    assert len(mails("question_reminder")) == 1
    assert broken() == []


def test_days_are_rules_of_the_course(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    run = make.run(days_ahead=60)
    booking = make.paid(run)
    with make.deed():
        session.execute(
            update(Course).where(Course.id == run.course_id).values(move_answer_days=3, move_reminder_days=0)
        )
    move_run(make, run)
    question = question_about(booking)
    assert question.answer_until == end_of(clock.today() + 3 * DAY)
    assert question.remind_at is None
    move_run(make, run, answer_on=clock.today() + 20 * DAY)
    assert question_about(booking).answer_until == end_of(clock.today() + 20 * DAY)
    with pytest.raises(AnswerDayWrong):
        move_run(make, run, answer_on=clock.today() + 200 * DAY)
    assert len(mails("moved")) == 2


def test_another_move_supersedes_the_question(inside: Flask, make: MakeHere) -> None:
    booking, run, _other = moved(make)
    first = question_about(booking).id
    move_run(make, run, days=1)
    assert session.get_one(MoveQuestion, first).state is QuestionState.SUPERSEDED
    second = question_about(booking)
    assert (second.state, second.id != first) == (QuestionState.ASKED, True)
    with make.deed(), pytest.raises(QuestionIsOver):
        operations.answer(
            question=session.get_one(MoveQuestion, first), choices={1: KEEP}, agreed=Yen(0), by=SYSTEM, now=clock.now()
        )
    told = queries.answers_of_run(run)
    assert told is not None
    assert (told.asked, told.open, told.seats_of("open")) == (1, 1, 1)
    assert broken() == []


def test_calling_off_and_cancelling_close_it(inside: Flask, make: MakeHere) -> None:
    booking, run, other = moved(make)
    mixed = make.paid(run, attendees=[attendee(run=run.reference), attendee(run=other.reference)])
    alone = make.paid(run)
    unpaid = make.ordered(run)
    move_run(make, run, days=1)
    with make.deed():
        operations.cancel_by_office(booking=alone, reason="電話", by=SYSTEM, now=clock.now())
        operations.lapse_order(unpaid.id, now=(make.whole(unpaid).pay_until or clock.now()) + DAY)
    assert question_about(alone).state is question_about(unpaid).state is QuestionState.SUPERSEDED
    with make.deed():
        rosters.call_off(run=run, reason="台風", by=SYSTEM, now=clock.now())
    assert question_about(booking).state is question_about(mixed).state is QuestionState.SUPERSEDED
    assert make.whole(mixed).status is BookingStatus.PAID
    reasons = session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "question.supersede"))
    assert {(one or {})["reason"] for one in reasons} == {"moved_again", "run_called_off", "booking_ended"}
    assert broken() == []


def test_instructors_are_told_of_a_move_and_of_the_end(inside: Flask, make: MakeHere) -> None:
    make.issuer()
    teacher = make.instructor()
    with make.deed():
        session.get_one(Account, teacher.account.id).language = "en"
    run = make.run(days_ahead=40, instructor=teacher.person)
    run = move_run(make, run)
    (mail,) = mails("moved_instructor")
    assert (mail.recipient, mail.subject_reference) == (teacher.email, run.reference)
    for words in ("Was: ", "Now: ", "What you teach:", "/teaching"):
        assert words in mail.body, words
    former = move_run(make, run, days=1, taught=False)
    assert "taught by you any more" in mails("moved_instructor")[1].body
    move_run(make, former, days=1)
    assert len(mails("moved_instructor")) == 2
    run = make.run(days_ahead=80, instructor=teacher.person)
    with make.deed():
        session.get_one(Account, teacher.account.id).language = "ja"
        rosters.call_off(run=run, reason="台風のため", by=SYSTEM, now=clock.now())
    (mail,) = mails("called_off_instructor")
    for words in ("台風のため", run.reference, "担当"):
        assert words in mail.subject + mail.body, words
    for one in (*mails("called_off_instructor"), *mails("moved_instructor")):
        assert "\n\n\n" not in one.body
        assert "None" not in one.body


def test_r42_two_colleagues_answer_at_once(app: Flask, make: MakeHere) -> None:
    with app.app_context():
        booking, _run, other = moved(make, 2)
        question_id, reference = question_about(booking).id, other.reference

    def give(hand: int) -> object:
        choices = {1: reference, 2: KEEP} if hand % 2 else {1: GIVE_BACK, 2: GIVE_BACK}
        return in_transaction(
            lambda: operations.answer(
                question=session.get_one(MoveQuestion, question_id), choices=choices,
                agreed=Yen(0 if hand % 2 else 23_000), by=SYSTEM, now=clock.now(),
            ).state
        )  # fmt: skip

    answers = at_once(app, give, hands=4)
    refused = [one for one in answers if isinstance(one, Exception)]
    assert {type(one) for one in refused} == {AnsweredOtherwise}
    assert len(refused) == 2
    with app.app_context():
        assert len(mails("question_answered")) == 1
        assert broken() == []


def test_an_answer_meets_the_worker(app: Flask, make: MakeHere) -> None:
    """Either the answer was first, or the question was closed: never both, and the money fits."""
    with app.app_context():
        booking, _run, _other = moved(make)
        question = question_about(booking)
        question_id, until = question.id, question.answer_until

    def deed(hand: int) -> object:
        if hand % 2:
            return in_transaction(lambda: operations.close_unanswered(question_id, now=until))
        return in_transaction(
            lambda: operations.answer(
                question=session.get_one(MoveQuestion, question_id), choices={1: GIVE_BACK}, agreed=Yen(11_500),
                by=SYSTEM, now=until - DAY / 100_000,
            )
        )  # fmt: skip

    answers = at_once(app, deed, hands=4)
    assert {type(one) for one in answers if isinstance(one, Exception)} <= {AnswerTooLate}
    with app.app_context():
        state = session.get_one(MoveQuestion, question_id).state
        given = state is QuestionState.GIVEN_BACK
        assert state in (QuestionState.GIVEN_BACK, QuestionState.UNANSWERED)
        assert refunds() == ([11_500] if given else [])
        ends = select(func.count()).where(AuditEntry.action.in_(("question.give_back", "question.lapse")))
        assert session.scalar(ends) == 1
        assert broken() == []
