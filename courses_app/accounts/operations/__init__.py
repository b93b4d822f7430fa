"""What can be done to people, organizations and accounts; each deed in the transaction of its door.

A deed refuses before it writes its first row, so that a door may show the refusal on its form and return.
"""

from courses_app.accounts.operations.access import (
    close_account,
    grant_role,
    invite_staff,
    reopen_account,
    withdraw_role,
)
from courses_app.accounts.operations.accounts import (
    confirm,
    open_account,
    register,
    reset_password,
    send_confirmation_to,
    send_reset,
    set_password,
)
from courses_app.accounts.operations.establishments import (
    add_establishment,
    change_establishment,
    close_establishment,
)
from courses_app.accounts.operations.joining import join
from courses_app.accounts.operations.organizations import add_organization, change_organization, decide_membership
from courses_app.accounts.operations.people import (
    add_person,
    change_person,
    end_membership,
    join_organization,
    keep_person,
    name_coordinator,
)
from courses_app.accounts.operations.readers import NOBODY_TO_WRITE, Reader, reader_of
from courses_app.accounts.operations.sign_ins import (
    begin_sign_in,
    count_mail_request,
    count_sign_in_attempt,
    end_sign_in,
    end_sign_ins,
)
from courses_app.accounts.rules.facts import EstablishmentFacts, OrganizationFacts, PersonFacts

__all__ = [
    "NOBODY_TO_WRITE", "EstablishmentFacts", "OrganizationFacts", "PersonFacts", "Reader", "add_establishment",
    "add_organization", "add_person", "begin_sign_in", "change_establishment", "change_organization",
    "change_person", "close_account", "close_establishment", "confirm", "count_mail_request",
    "count_sign_in_attempt", "decide_membership", "end_membership", "end_sign_in", "end_sign_ins", "grant_role",
    "invite_staff", "join", "join_organization", "keep_person", "name_coordinator", "open_account", "reader_of",
    "register", "reopen_account", "reset_password", "send_confirmation_to", "send_reset", "set_password",
    "withdraw_role",
]  # fmt: skip
