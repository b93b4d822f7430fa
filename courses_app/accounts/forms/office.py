"""The office's forms about people and accounts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SearchField, SelectField
from wtforms.validators import Optional

from courses_app.accounts.rules.labels import ACCESS_ROLES, ACCOUNT_STATES
from courses_app.accounts.rules.wanted import AccountsWanted, PeopleWanted
from courses_app.foundation.forms import BaseForm, FilterForm, FoldedField, Length, Required, options

EVERY = ("", _l("All"))


class EverybodyFilter(FilterForm):
    """Narrow the office's list of people."""

    search = SearchField(_l("Name, kana or e-mail"))
    organization = FoldedField(_l("Organization (name or reference)"), [Length(max=100)])
    role = SelectField(_l("Role"), [Optional()])
    account = SelectField(_l("Account"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = options([EVERY, ("coordinator", _l("Coordinator")), *ACCESS_ROLES.items()])
        self.account.choices = options([EVERY, ("with", _l("With an account")), ("without", _l("Without an account"))])

    def wanted(self) -> PeopleWanted:
        """The conditions; one that isn't on the list is left out."""
        return PeopleWanted(**_readable(self))


class AccountFilter(FilterForm):
    """Narrow the office's list of accounts."""

    search = SearchField(_l("E-mail address"))
    role = SelectField(_l("Access rights"), [Optional()])
    state = SelectField(_l("State"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = options([EVERY, *ACCESS_ROLES.items()])
        self.state.choices = options([EVERY, *ACCOUNT_STATES.items()])

    def wanted(self) -> AccountsWanted:
        """The conditions; one that isn't on the list is left out."""
        return AccountsWanted(**_readable(self))


class RoleForm(BaseForm):
    """One of the access roles."""

    role = SelectField(_l("Access rights"), [Required()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = options(ACCESS_ROLES.items())


def _readable(form: FilterForm) -> dict[str, str]:
    form.validate()
    return {field.name: field.data for field in form if field.data and not field.errors}
