"""What staff plan a run to be, and what makes a plan nonsense."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from flask_babel import lazy_gettext as _l

from courses_app.catalogue.rules.words import Delivery
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.templating import instant
from courses_app.foundation.yen import Yen


@dataclass(frozen=True)
class MeetingPlan:
    """One part of a run. `number` is its present place (from 1) among the run's meetings, None for a new one."""

    starts_at: datetime
    ends_at: datetime
    title_ja: str
    title_en: str
    net_minutes: int
    subject_id: int | None = None
    instructor: str | None = None  # reference of a person
    number: int | None = None

    @property
    def length(self) -> int:
        """Whole minutes from beginning to end."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


@dataclass(frozen=True)
class RunPlan:
    """Everything about a run that staff decide. `venue` is a venue's code; None means online."""

    course: str
    delivery: Delivery
    venue: str | None
    language: str
    capacity: int
    booking_opens_at: datetime
    booking_closes_at: datetime
    meetings: tuple[MeetingPlan, ...]
    price_general: Yen | None = None
    price_member: Yen | None = None
    online_note_ja: str = ""
    online_note_en: str = ""
    joining_address: str = ""  # this and the notes are for those who take part only
    joining_note_ja: str = ""
    joining_note_en: str = ""
    private: bool = False  # only by its link
    organization: str | None = None  # reference of the one organization that may book a private run

    @property
    def starts_at(self) -> datetime:
        return min(meeting.starts_at for meeting in self.meetings)

    @property
    def ends_at(self) -> datetime:
        return max(meeting.ends_at for meeting in self.meetings)


class PlanRefused(Refusal):
    """A plan that can't be carried out."""


class DraftNeeded(Refusal):
    """Something else was agreed on with this draft."""

    def __init__(self) -> None:
        super().__init__(
            _l("An organization has agreed to this plan: the draft can't be removed. Open its request to call it off.")
        )


class NoLink(Refusal):
    """A public run has no link of its own."""

    def __init__(self) -> None:
        super().__init__(_l("This run is public: it has no link of its own. Everybody finds it in the timetable."))


class NetTimeDiffers(Refusal):
    """The meetings don't add up to the course's net time."""

    def __init__(self, planned: int, wanted: int) -> None:
        super().__init__(
            _l(
                "The net minutes of the meetings add up to %(planned)d, but this course needs %(wanted)d. "
                "Please correct the meetings, then publish.",
                planned=planned,
                wanted=wanted,
            )
        )


class RunHasBegun(Refusal):
    """Times and place of a public run stay as they are once it has begun."""

    def __init__(self, field: str, *, starts_at: datetime) -> None:
        super().__init__(
            _l(
                "Times and place could be changed until this run began on %(at)s."
                " Instructors, titles, language and prices still can.",
                at=instant(starts_at),
            ),
            field=field,
        )


class ChangedMeanwhile(Refusal):
    """Somebody else saved the same thing while this page was open."""

    def __init__(self) -> None:
        super().__init__(
            _l("Somebody else has changed this in the meantime. Please load the page again and repeat your change.")
        )


def check_plan(plan: RunPlan) -> None:
    """Raises PlanRefused, with the field it concerns."""
    if not plan.meetings:
        raise PlanRefused(_l("A run needs at least one meeting."), field="meetings")
    if (plan.delivery is Delivery.VENUE) != (plan.venue is not None):
        raise PlanRefused(_l("Choose a venue, or hold the run online."), field="venue")
    if plan.booking_closes_at <= plan.booking_opens_at:
        raise PlanRefused(_l("Booking must end after it has begun."), field="booking_closes_on")
    if plan.booking_closes_at > plan.starts_at:
        raise PlanRefused(_l("Booking must end before the run begins."), field="booking_closes_on")
    if plan.organization and not plan.private:
        raise PlanRefused(_l("Only a private run can be kept for one organization."), field="organization")
    _check_meetings(sorted(plan.meetings, key=lambda meeting: meeting.starts_at))


def check_move(
    *, starts_at: datetime, planned_starts_at: datetime, published: bool, elsewhere: bool, now: datetime
) -> None:
    """Whether a run may be moved: neither out of the past once it is public, nor into it.

    `elsewhere` says that its place is another. Raises RunHasBegun or PlanRefused, with the field it concerns.
    """
    if published and starts_at <= now:
        raise RunHasBegun("venue" if elsewhere else "meetings", starts_at=starts_at)
    check_begins_later(planned_starts_at, now=now)


def check_begins_later(starts_at: datetime, *, now: datetime) -> None:
    """Raises PlanRefused for a run that would have begun already."""
    if starts_at <= now:
        raise PlanRefused(_l("A run must begin in the future."), field="meetings")


def _check_meetings(meetings: list[MeetingPlan]) -> None:
    for meeting in meetings:
        if meeting.ends_at <= meeting.starts_at:
            raise PlanRefused(_l("A meeting must end after it begins."), field="meetings")
        if meeting.net_minutes > meeting.length:
            raise PlanRefused(_l("A meeting can't have more net minutes than it is long."), field="meetings")
    for earlier, later in pairwise(meetings):
        if later.starts_at < earlier.ends_at:
            raise PlanRefused(_l("Two meetings of this run overlap."), field="meetings")


def check_net_time(net_minutes: Iterable[int], *, wanted: int) -> None:
    """Raises NetTimeDiffers unless the meetings add up to the course's net time."""
    planned = sum(net_minutes)
    if planned != wanted:
        raise NetTimeDiffers(planned, wanted)
