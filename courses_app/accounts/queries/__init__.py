"""Questions about people, organizations and accounts."""

from courses_app.accounts.queries.people import (
    coordinators_of,
    establishment_of,
    establishments_of,
    live_membership,
    membership_of,
    memberships_of,
    namesakes,
    people_of,
    person_of,
)
from courses_app.accounts.queries.sign_ins import (
    account_of_email,
    coordinated_membership,
    coordinates,
    first_page_of,
    is_known_address,
    live_token,
    signed_in_account,
)

__all__ = [
    "account_of_email", "coordinated_membership", "coordinates", "coordinators_of", "establishment_of",
    "establishments_of", "first_page_of", "is_known_address", "live_membership", "live_token", "membership_of",
    "memberships_of", "namesakes", "people_of", "person_of", "signed_in_account",
]  # fmt: skip
