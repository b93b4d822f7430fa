"""Questions about runs that we moved: of a booking, of an organization, of the office; what the clock must do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from courses_app.accounts.models import Organization
from courses_app.bookings.models import Booking, MoveAnswer, MoveQuestion, Seat
from courses_app.bookings.queries.dates import DateForSeat, dates_for
from courses_app.bookings.queries.freed import still_open
from courses_app.bookings.queries.seats import live
from courses_app.bookings.queries.supplements import unpaid_by_seat
from courses_app.bookings.rules import ASKED_OF, BookingStatus, QuestionState, SeatChoice
from courses_app.catalogue.models import CourseRun
from courses_app.foundation.db import session
from courses_app.foundation.paging import Page, paged
from courses_app.foundation.templating import until_words
from courses_app.foundation.yen import Yen

MOST_LISTED = 20


@dataclass(frozen=True)
class Asked:
    """Whom a move would be asked of: live seats of orders, their bookings, their organizations."""

    seats: int
    bookings: int
    organizations: int


@dataclass(frozen=True)
class Answers:
    """How the questions about the last move of a run stand: how many of each, the seats by their answer, until when."""

    states: Mapping[QuestionState, int]
    seats: Mapping[SeatChoice, int]
    until: datetime

    @property
    def asked(self) -> int:
        return sum(self.states.values())

    @property
    def open(self) -> int:
        return self.states.get(QuestionState.ASKED, 0)

    @property
    def until_words(self) -> str:
        return until_words(self.until)

    def seats_of(self, choice: str) -> int:
        return self.seats.get(SeatChoice(choice), 0)


@dataclass(frozen=True)
class SeatMeaning:
    """What a choice for a seat means in money: how much less it costs then; `to` is the other date, if any."""

    seat: Seat
    choice: str
    less: Yen
    to: CourseRun | None = None

    @property
    def dearer(self) -> Yen:
        """What is to be paid in addition."""
        return Yen(max(-self.less, 0))


@dataclass(frozen=True)
class Answering:
    """A question with what can be answered, for which seats, and what was chosen (`choices` as typed)."""

    question: MoveQuestion
    is_open: bool
    here: Sequence[MoveAnswer]
    dates: Sequence[DateForSeat]
    choices: Mapping[int, str]
    chosen: Sequence[SeatMeaning]

    @property
    def dearer(self) -> Yen:
        """What all of it costs in addition."""
        return Yen(sum(one.dearer for one in self.chosen))

    @property
    def cheaper(self) -> Yen:
        """What all of it gives back; of a paid order this and `dearer` are two papers, and not set off."""
        return Yen(self.less + self.dearer)

    @property
    def less(self) -> Yen:
        """The one figure that is agreed to: how much less (or, negative, more) there is to pay in all."""
        return Yen(sum(one.less for one in self.chosen))


def question_of(organization: Organization, reference: str) -> MoveQuestion | None:
    """The organization's question with all its page shows; None for all others, as if it were not there."""
    of_theirs = _whole().join(MoveQuestion.booking).where(Booking.organization_id == organization.id)
    return session.scalars(of_theirs.where(MoveQuestion.reference == reference)).one_or_none()


def question_for_office(reference: str) -> MoveQuestion | None:
    """Anybody's question, for staff."""
    return session.scalars(_whole().where(MoveQuestion.reference == reference)).one_or_none()


def open_questions_of(booking: Booking, *, now: datetime) -> Sequence[MoveQuestion]:
    """What a booking may still be answered about."""
    return session.scalars(
        select(MoveQuestion)
        .where(MoveQuestion.booking_id == booking.id, *still_open(now))
        .order_by(MoveQuestion.answer_until, MoveQuestion.id)
    ).all()


def open_questions_in(organization: Organization, *, now: datetime) -> Sequence[MoveQuestion]:
    """What an organization may still answer, the most urgent first."""
    return session.scalars(
        select(MoveQuestion)
        .join(MoveQuestion.booking)
        .options(joinedload(MoveQuestion.run).joinedload(CourseRun.course))
        .where(Booking.organization_id == organization.id, *still_open(now))
        .order_by(MoveQuestion.answer_until, MoveQuestion.id)
        .limit(MOST_LISTED)
    ).all()


def to_be_asked(run: CourseRun, *, now: datetime) -> Asked:
    """Whom a move of the run would be asked of now."""
    return Asked(
        *session.execute(
            select(func.count(), func.count(Booking.id.distinct()), func.count(Booking.organization_id.distinct()))
            .select_from(Seat)
            .join(Seat.booking)
            .where(Seat.run_id == run.id, Booking.status.in_(ASKED_OF), live(now=now))
        ).one()
    )


def answers_of_run(run: CourseRun) -> Answers | None:
    """How those asked about the last move of a run have answered; None where nobody was asked."""
    last = select(func.max(MoveQuestion.sequence)).where(MoveQuestion.run_id == run.id).scalar_subquery()
    of_it = MoveQuestion.run_id == run.id, MoveQuestion.sequence == last
    rows = session.execute(
        select(MoveQuestion.state, func.count(), func.max(MoveQuestion.answer_until))
        .where(*of_it)
        .group_by(MoveQuestion.state)
    ).all()
    seats = session.execute(
        select(MoveAnswer.choice, func.count()).join(MoveAnswer.question).where(*of_it).group_by(MoveAnswer.choice)
    ).all()
    if not rows:
        return None
    states = {state: count for state, count, _until in rows}
    return Answers(states, {row[0]: row[1] for row in seats}, max(until for *_counts, until in rows))


def questions_page(*, run: str, only_open: bool, number: int) -> Page[MoveQuestion]:
    """Questions for the office, those first that are to be answered soonest; `run` is a reference."""
    query = (
        select(MoveQuestion)
        .options(
            joinedload(MoveQuestion.booking).joinedload(Booking.organization),
            joinedload(MoveQuestion.run).joinedload(CourseRun.course),
            selectinload(MoveQuestion.answers),
        )
        .order_by(MoveQuestion.state != QuestionState.ASKED, MoveQuestion.answer_until, MoveQuestion.id)
    )
    if run:
        query = query.where(MoveQuestion.run.has(CourseRun.reference == run))
    if only_open:
        query = query.where(MoveQuestion.state == QuestionState.ASKED)
    return paged(query, number=number)


def questions_over(*, now: datetime) -> Sequence[int]:
    """Open questions whose day to answer by is over."""
    over = MoveQuestion.state == QuestionState.ASKED, MoveQuestion.answer_until <= now
    return session.scalars(select(MoveQuestion.id).where(*over).order_by(MoveQuestion.id)).all()


def questions_to_remind(*, now: datetime) -> Sequence[int]:
    """Open questions whose reminder is due."""
    due = MoveQuestion.remind_at <= now, MoveQuestion.reminded_at.is_(None), *still_open(now)
    return session.scalars(select(MoveQuestion.id).where(*due).order_by(MoveQuestion.id)).all()


def answerable(question: MoveQuestion) -> list[int]:
    """The positions of the seats for which it can be answered."""
    return [one.seat.position for one in question.still_here]


def answering(question: MoveQuestion, choices: Mapping[int, str], *, now: datetime) -> Answering:
    """Everything the page of a question shows, with the money for what was chosen before it is done."""
    here, is_open = question.still_here, question.is_open(now=now)
    dates = dates_for(here[0].seat, waived=True, now=now) if here and is_open else []
    at = {one.run.reference: one for one in dates}
    unpaid = unpaid_by_seat(question.booking) if question.booking.status is BookingStatus.PAID else {}
    chosen = [
        _meaning(one.seat, choices[one.seat.position], at, unpaid) for one in here if choices.get(one.seat.position)
    ]
    known = [one for one in chosen if one is not None] if is_open else []
    return Answering(question, is_open, here, dates, dict(choices), known)


def _meaning(
    seat: Seat, choice: str, dates: Mapping[str, DateForSeat], unpaid: Mapping[int, Yen]
) -> SeatMeaning | None:
    """None for what can't be chosen (any more); what was billed in addition and not paid is deducted."""
    owed = unpaid.get(seat.id, Yen(0))
    if choice in dates:
        there = dates[choice]
        return SeatMeaning(seat, choice, Yen(seat.price - there.cost.new - owed), there.run)
    if choice == SeatChoice.GIVE_BACK.value:
        return SeatMeaning(seat, choice, Yen(max(seat.price - owed, 0)))
    return SeatMeaning(seat, choice, Yen(0)) if choice == SeatChoice.KEEP.value else None


def _whole() -> Select[MoveQuestion]:
    answers = selectinload(MoveQuestion.answers)
    return select(MoveQuestion).options(
        joinedload(MoveQuestion.run).joinedload(CourseRun.course),
        joinedload(MoveQuestion.run).joinedload(CourseRun.venue),
        joinedload(MoveQuestion.was_venue),
        joinedload(MoveQuestion.booking).joinedload(Booking.organization),
        joinedload(MoveQuestion.booking).joinedload(Booking.booked_by),
        joinedload(MoveQuestion.booking).joinedload(Booking.invoice),
        joinedload(MoveQuestion.booking).selectinload(Booking.seats).joinedload(Seat.run).joinedload(CourseRun.course),
        answers.joinedload(MoveAnswer.to_run).joinedload(CourseRun.venue),
    )
