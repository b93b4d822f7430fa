"""What the accounts of the ledger are called."""

from __future__ import annotations

from flask import flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.foundation import clock
from courses_app.foundation.web import see_other, writes
from courses_app.payments import operations, queries
from courses_app.payments.admin_routes.blueprint import Answer, pages
from courses_app.payments.forms.books import TitlesForm


@pages.get("/office/ledger/accounts")
@staff
def account_titles() -> Answer:
    return _page(TitlesForm.of(queries.titles().values()))


@pages.post("/office/ledger/accounts")
@writes
@staff
def name_accounts() -> Answer:
    form = TitlesForm()
    if not form.validate():
        return _page(form), 422
    changed = operations.name_accounts(form.wanted(queries.titles()), by=current_actor(), now=clock.now())
    flash(_("The names have been saved.") if changed else _("Nothing was changed."), "success")
    return see_other("payments_admin.account_titles")


def _page(form: TitlesForm) -> str:
    return render_template("payments/account_titles.html", form=form, titles=queries.titles())
