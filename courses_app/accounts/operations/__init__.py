"""What can be done to people, organizations and accounts; each deed in the transaction of its door."""

from courses_app.accounts.operations.accounts import (
    confirm,
    grant_role,
    open_account,
    register,
    reset_password,
    send_confirmation_to,
    send_reset,
    set_password,
)
from courses_app.accounts.operations.joining import join
from courses_app.accounts.operations.organizations import (
    OrganizationFacts,
    add_organization,
    change_organization,
    decide_membership,
)
from courses_app.accounts.operations.people import (
    PersonFacts,
    add_person,
    change_person,
    end_membership,
    find_or_add_person,
    join_organization,
    keep_person,
    name_coordinator,
)
from courses_app.accounts.operations.sign_ins import (
    begin_sign_in,
    count_mail_request,
    count_sign_in_attempt,
    end_sign_in,
    end_sign_ins,
)

__all__ = [
    "OrganizationFacts", "PersonFacts", "add_organization", "add_person", "begin_sign_in", "change_organization",
    "change_person", "confirm", "count_mail_request", "count_sign_in_attempt", "decide_membership", "end_membership",
    "end_sign_in", "end_sign_ins", "find_or_add_person", "grant_role", "join", "join_organization", "keep_person",
    "name_coordinator", "open_account", "register", "reset_password", "send_confirmation_to", "send_reset", "set_password",
]  # fmt: skip
