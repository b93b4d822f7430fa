"""What changes the catalogue: courses with their fees, venues, and the runs with their meetings."""

from courses_app.catalogue.operations.courses import change_course, set_fee, withdraw_fee
from courses_app.catalogue.operations.loading import add_missing_courses, add_missing_venues, add_prefectures
from courses_app.catalogue.operations.policies import add_missing_policies, set_change_policy
from courses_app.catalogue.operations.runs import (
    RunChange,
    call_off,
    change_run,
    plan_run,
    publish_run,
    remove_draft,
    renew_link,
    would_move,
)
from courses_app.catalogue.operations.venues import add_venue, change_venue

__all__ = [
    "RunChange", "add_missing_courses", "add_missing_policies", "add_missing_venues", "add_prefectures",
    "add_venue", "call_off", "change_course", "change_run", "change_venue", "plan_run", "publish_run",
    "remove_draft", "renew_link", "set_change_policy", "set_fee", "withdraw_fee", "would_move",
]  # fmt: skip
