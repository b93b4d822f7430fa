"""Questions about people, organizations and accounts."""

from courses_app.accounts.queries.people import live_membership
from courses_app.accounts.queries.sign_ins import (
    account_of_email,
    coordinated_membership,
    first_page_of,
    is_known_address,
    live_token,
    signed_in_account,
)

__all__ = [
    "account_of_email", "coordinated_membership", "first_page_of", "is_known_address", "live_membership", "live_token", "signed_in_account",
]  # fmt: skip
