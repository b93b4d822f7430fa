"""Decisions from plain values: the word for a run's seats, what a seat costs, how a day is laid out."""

from courses_app.catalogue.rules.clashes import Clash, ClashFound, ClashKind, Occupied, clashes_between, fingerprint
from courses_app.catalogue.rules.days import DayPart, lay_out_day
from courses_app.catalogue.rules.facts import CourseChange, SubjectChange, VenueFacts
from courses_app.catalogue.rules.filters import RunFilter, month_of, run_filter
from courses_app.catalogue.rules.plans import (
    ChangedMeanwhile,
    MeetingPlan,
    NetTimeDiffers,
    PlanRefused,
    RunHasBegun,
    RunPlan,
    check_begins_later,
    check_move,
    check_net_time,
    check_plan,
)
from courses_app.catalogue.rules.prices import FeeInForceAlready, FeeLike, NoFee, Price, price_for
from courses_app.catalogue.rules.runs import (
    RUN,
    Availability,
    RunMove,
    availability,
    booking_closes_by_default,
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
)

__all__ = [
    "RUN", "Audience", "Availability", "ChangedMeanwhile", "Clash", "ClashFound", "ClashKind", "CourseChange",
    "CourseKind", "DayPart", "Delivery", "DutyStrength", "FeeAudience", "FeeInForceAlready", "FeeLike", "Language",
    "MeetingPlan", "NetTimeDiffers", "NoFee", "Occupied", "PlanRefused", "Price", "Programme", "RunFilter",
    "RunHasBegun", "RunMove", "RunPlan", "RunStatus", "SubjectChange", "SubjectKind", "VenueFacts",
    "availability", "booking_closes_by_default", "check_begins_later", "check_move", "check_net_time",
    "check_plan", "clashes_between", "fingerprint", "lay_out_day", "month_of", "price_for", "run_filter", "seats_left",
]  # fmt: skip
