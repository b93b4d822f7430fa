"""Which person an address names, and how the keeping of people and organizations says no."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from courses_app.foundation.references import reference_in
from courses_app.foundation.refusal import Refusal


def person_in(typed: str | None) -> str | None:
    """The reference of a person, if this could be one (`?person=P-…`); whose they are is not known yet."""
    return reference_in(typed, "P")


class OrganizationKnown(Refusal):
    """Another organization is registered with this corporate number; nothing about it is told."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "An organization with this corporate number is registered already. Please ask the person in charge of"
                " courses in your organization, or contact us."
            ),
            field="corporate_number",
        )


class AlreadyCoordinator(Refusal):
    """They belong to an organization as its coordinator already."""

    def __init__(self) -> None:
        super().__init__(_l("You are the coordinator of an organization already."))


class EditedMeanwhile(Refusal):
    """Somebody else saved the same thing first; what was typed stays in the form."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "Somebody else has changed this in the meantime. What you typed is still here: compare it with the"
                " saved values below, then save again."
            )
        )


class MembershipEnded(Refusal):
    """The person does not belong to the organization any more."""

    def __init__(self) -> None:
        super().__init__(_l("This person does not belong to your organization any more."))


class LastCoordinator(Refusal):
    """An organization keeps at least one coordinator."""

    def __init__(self) -> None:
        super().__init__(
            _l("This person is the only coordinator of the organization. Please contact us to name another one first.")
        )


class EndsBeforeItBegan(Refusal):
    """The last day lies before the first."""

    def __init__(self) -> None:
        super().__init__(_l("The last day can't be before the first day."), field="until_on")


class HeadOffice(Refusal):
    """The head office can't be closed."""

    def __init__(self) -> None:
        super().__init__(_l("The head office can't be closed; change its name and address instead."))


class NoMembershipClaim(Refusal):
    """There is no supporting-member number to decide on."""

    def __init__(self) -> None:
        super().__init__(_l("This organization has no supporting-member number to decide on."))


class OwnAccount(Refusal):
    """Nobody takes away their own access."""

    def __init__(self) -> None:
        super().__init__(_l("You can't take away your own access. Please ask a colleague."))
