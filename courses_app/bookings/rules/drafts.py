"""How the keeping of lists says no."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n

from courses_app.foundation.refusal import Refusal

MOST_DRAFTS = 30  # of one organization that wait to be booked


class TooManyDrafts(Refusal):
    """Lists are for booking, not for keeping."""

    def __init__(self) -> None:
        super().__init__(
            _l("Your organization has %(most)d lists that are not booked yet. Book or delete some first.",
               most=MOST_DRAFTS),
            field="sheet",
        )  # fmt: skip


class TooManyFiles(Refusal):
    """An organization sent more files than anybody fills in."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            _n(
                "Your organization has sent very many files. Please try again in %(num)d minute.",
                "Your organization has sent very many files. Please try again in %(num)d minutes.",
                -(-seconds // 60),
            ),
            field="sheet",
        )


class ListChangedMeanwhile(Refusal):
    """A colleague saved the same list first; what was typed stays on the page (R-41)."""

    def __init__(self) -> None:
        super().__init__(
            _l(
                "A colleague has changed this list in the meantime. What you typed is still in the fields: look at it"
                " again, then save."
            )
        )


class DateUnknown(Refusal):
    """A date that was to take rows of a list and can't be booked (any more)."""

    def __init__(self) -> None:
        super().__init__(_l("Choose a date of the list; the one you chose can't be booked any more."), field="to")


class DraftEnded(Refusal):
    """The list was booked or deleted."""

    def __init__(self) -> None:
        super().__init__(_l("This list has been booked or deleted already."))


def check_drafts(waiting: int) -> None:
    """Raises TooManyDrafts."""
    if waiting >= MOST_DRAFTS:
        raise TooManyDrafts()
