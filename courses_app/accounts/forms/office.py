"""The office's forms about people and accounts."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SearchField, SelectField
from wtforms.validators import Optional

from courses_app.accounts.rules.labels import ACCESS_ROLES
from courses_app.foundation.forms import BaseForm, FilterForm, Required, options


class EverybodyFilter(FilterForm):
    """Narrow the office's list of people."""

    search = SearchField(_l("Name, kana or e-mail"))


class AccountFilter(FilterForm):
    """Narrow the office's list of accounts."""

    search = SearchField(_l("E-mail address"))
    role = SelectField(_l("Access rights"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = options([("", _l("All")), *ACCESS_ROLES.items()])


class RoleForm(BaseForm):
    """One of the access roles."""

    role = SelectField(_l("Access rights"), [Required()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = options(ACCESS_ROLES.items())
