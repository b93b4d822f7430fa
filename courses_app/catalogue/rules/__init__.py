"""Decisions from plain values: the word for a run's seats, what a seat costs, how a day is laid out."""

from courses_app.catalogue.rules.change_words import (
    absence_words,
    cancellation_words,
    distance_words,
    ladder_words,
    step_words,
)
from courses_app.catalogue.rules.changes import (
    AbsenceCheaper,
    ChangeTerms,
    DayKind,
    LadderIncomplete,
    PolicyFacts,
    PolicyInForceAlready,
    RunDayOver,
    SeatFee,
    Step,
    StepUnclear,
    check_absence,
    check_ladder,
    fee_for,
)
from courses_app.catalogue.rules.clashes import Clash, ClashFound, ClashKind, Occupied, clashes_between, fingerprint
from courses_app.catalogue.rules.days import DayPart, lay_out_day
from courses_app.catalogue.rules.facts import CourseChange, SubjectChange, VenueFacts
from courses_app.catalogue.rules.filters import RunFilter, month_of, run_filter
from courses_app.catalogue.rules.naming import NamingTerms, UnnamedSeats, naming_words, unnamed_words
from courses_app.catalogue.rules.plans import (
    ChangedMeanwhile,
    DraftNeeded,
    MeetingPlan,
    NetTimeDiffers,
    NoLink,
    PlanRefused,
    RunHasBegun,
    RunPlan,
    check_begins_later,
    check_move,
    check_net_time,
    check_plan,
)
from courses_app.catalogue.rules.prices import (
    EarlyIsOver,
    FeeInForceAlready,
    FeeLike,
    FeeOverlaps,
    FeeStays,
    NoFee,
    NothingAfterwards,
    Price,
    check_free_of_others,
    held_until,
    is_early,
    last_day_to_book,
    price_for,
)
from courses_app.catalogue.rules.runs import (
    RUN,
    Availability,
    RunMove,
    availability,
    booking_closes_by_default,
    opens,
    seats_left,
)
from courses_app.catalogue.rules.words import (
    Audience,
    CourseKind,
    Delivery,
    DutyStrength,
    FeeAudience,
    Language,
    Programme,
    RunStatus,
    SubjectKind,
    Visibility,
)

__all__ = [
    "RUN", "AbsenceCheaper", "Audience", "Availability", "ChangeTerms", "ChangedMeanwhile", "Clash", "ClashFound",
    "ClashKind", "CourseChange", "CourseKind", "DayKind", "DayPart", "Delivery", "DraftNeeded", "DutyStrength",
    "EarlyIsOver", "FeeAudience", "FeeInForceAlready", "FeeLike", "FeeOverlaps", "FeeStays", "LadderIncomplete",
    "Language", "MeetingPlan", "NamingTerms", "NetTimeDiffers", "NoFee", "NoLink", "NothingAfterwards", "Occupied",
    "PlanRefused", "PolicyFacts", "PolicyInForceAlready", "Price", "Programme", "RunDayOver", "RunFilter",
    "RunHasBegun", "RunMove", "RunPlan", "RunStatus", "SeatFee", "Step", "StepUnclear", "SubjectChange",
    "SubjectKind", "UnnamedSeats", "VenueFacts", "Visibility", "absence_words", "availability",
    "booking_closes_by_default", "cancellation_words", "check_absence", "check_begins_later",
    "check_free_of_others", "check_ladder", "check_move", "check_net_time", "check_plan", "clashes_between",
    "distance_words", "fee_for", "fingerprint", "held_until", "is_early", "ladder_words", "last_day_to_book",
    "lay_out_day", "month_of", "naming_words", "opens", "price_for", "run_filter", "seats_left", "step_words",
    "unnamed_words",
]  # fmt: skip
