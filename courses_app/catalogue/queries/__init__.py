"""What the catalogue can be asked."""

from courses_app.catalogue.queries.courses import (
    CourseLine,
    all_courses,
    course_by_code,
    course_by_slug,
    course_lines,
    courses_on_offer,
    duties_on,
    fees_on,
    instructors,
    instructors_by_reference,
    prefectures,
    regions,
    venue_by_code,
    venues,
)
from courses_app.catalogue.queries.runs import (
    clashes_of,
    keep_still,
    matching,
    office_runs,
    price_of,
    run_by_reference,
    run_for_update,
    upcoming,
)

__all__ = [
    "CourseLine", "all_courses", "clashes_of", "course_by_code", "course_by_slug", "course_lines", "courses_on_offer",
    "duties_on", "fees_on", "instructors", "instructors_by_reference", "keep_still", "matching", "office_runs",
    "prefectures", "price_of", "regions", "run_by_reference", "run_for_update", "upcoming", "venue_by_code", "venues",
]  # fmt: skip
