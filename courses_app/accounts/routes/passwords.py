"""A password forgotten, reset, changed."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses_app.accounts import operations, queries
from courses_app.accounts.forms.sign_in import ChangeForm, EmailForm, ResetForm
from courses_app.accounts.guards import current_account, signed_in
from courses_app.accounts.models import TokenPurpose
from courses_app.accounts.routes.blueprint import Answer, pages, token_page
from courses_app.accounts.security import entrance
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import public, see_other, writes


@pages.get("/password/reset")
@public
def forgot_password() -> Answer:
    return render_template("accounts/forgot_password.html", form=EmailForm(formdata=None))


@pages.post("/password/reset")
@public
@writes
def send_reset() -> Answer:
    form = EmailForm()
    if not form.validate():
        return render_template("accounts/forgot_password.html", form=form), 422
    entrance.admit_mail_request(form.address)
    operations.send_reset(email=form.address, now=clock.now())
    return see_other("accounts.reset_sent")


@pages.get("/password/reset/sent")
@public
def reset_sent() -> Answer:
    return render_template("accounts/reset_sent.html")


@pages.get("/password/reset/<token>")
@public
def reset_password(token: str) -> Answer:
    found = queries.live_token(token, TokenPurpose.RESET, now=clock.now())
    if found is None:
        return _expired()
    form = ResetForm(formdata=None, email=found.account.email)
    return token_page(render_template("accounts/reset_password.html", form=form, token=token, account=found.account))


@pages.post("/password/reset/<token>")
@public
def choose_password(token: str) -> Answer:
    found = queries.live_token(token, TokenPurpose.RESET, now=clock.now())
    if found is None:
        return _expired()
    form = ResetForm(email=found.account.email)
    if not form.validate():
        page = render_template("accounts/reset_password.html", form=form, token=token, account=found.account)
        return token_page(page, 422)
    if not entrance.reset_password(token, form.typed_password):
        return _expired()
    flash(_("Your new password is set. Please sign in with it."), "success")
    return see_other("accounts.sign_in")


@pages.get("/password/change")
@signed_in
def change_password() -> Answer:
    form = ChangeForm(formdata=None, email=current_account().email)
    return render_template("accounts/change_password.html", form=form)


@pages.post("/password/change")
@signed_in
def replace_password() -> Answer:
    form = ChangeForm(email=current_account().email)
    if form.validate():
        try:
            entrance.change_password(form.typed_present_password, form.typed_password)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your password is changed. All other browsers have been signed out."), "success")
            return redirect(queries.first_page_of(current_account()), code=303)
    return render_template("accounts/change_password.html", form=form), 422


def _expired() -> Response:
    return token_page(render_template("accounts/link_expired.html", purpose=TokenPurpose.RESET), 404)
