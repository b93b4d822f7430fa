"""What the catalogue can be asked."""

from courses_app.catalogue.queries.clashes import clashes_of, keep_still
from courses_app.catalogue.queries.courses import (
    CourseLine,
    CourseOffer,
    Need,
    all_offers,
    catalogue_on,
    course_by_code,
    course_by_slug,
    course_lines,
    courses_to_plan,
    current_fees,
    duties_on,
    early_prices_after,
    fee_history,
    fees_after,
    fees_on,
    find_course,
    find_fee,
    fits,
    line_of,
    needs_on,
)
from courses_app.catalogue.queries.places import (
    Region,
    find_venue,
    instructors,
    people_by_reference,
    prefectures,
    prefectures_by_region,
    regions,
    venues,
)
from courses_app.catalogue.queries.policies import change_terms_on, policies_of, terms_of
from courses_app.catalogue.queries.runs import (
    LISTED,
    OF_EVERYBODY,
    OfficeFilter,
    matching,
    narrowed,
    office_runs,
    price_of,
    run_by_reference,
    run_for_update,
    run_with_fees,
    upcoming,
)
from courses_app.catalogue.queries.violations import violations

__all__ = [
    "LISTED", "OF_EVERYBODY", "CourseLine", "CourseOffer", "Need", "OfficeFilter", "Region", "all_offers",
    "catalogue_on", "change_terms_on", "clashes_of", "course_by_code", "course_by_slug", "course_lines",
    "courses_to_plan", "current_fees", "duties_on", "early_prices_after", "fee_history", "fees_after", "fees_on",
    "find_course", "find_fee", "find_venue", "fits", "instructors", "keep_still", "line_of", "matching", "narrowed",
    "needs_on", "office_runs", "people_by_reference", "policies_of", "prefectures", "prefectures_by_region",
    "price_of", "regions", "run_by_reference", "run_for_update", "run_with_fees", "terms_of", "upcoming", "venues",
    "violations",
]  # fmt: skip
