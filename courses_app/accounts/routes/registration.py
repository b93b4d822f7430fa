"""Registering and confirming the address. Whether an account exists is told only to its mailbox (S-04)."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask_babel import gettext as _
from flask_login import current_user

from courses_app.accounts import operations, queries
from courses_app.accounts.forms.sign_in import EmailForm, RegisterForm
from courses_app.accounts.guards import current_actor
from courses_app.accounts.models import TokenPurpose
from courses_app.accounts.routes.blueprint import Answer, pages, token_page
from courses_app.accounts.security import entrance
from courses_app.foundation import clock
from courses_app.foundation.templating import locale
from courses_app.foundation.web import public, see_other, writes


@pages.get("/register")
@public
def register() -> Answer:
    if current_user.is_authenticated:
        return redirect("/organization/new")
    return render_template("accounts/register.html", form=RegisterForm(formdata=None))


@pages.post("/register")
@public
def create_account() -> Answer:
    form = RegisterForm()
    if not form.validate():
        return render_template("accounts/register.html", form=form), 422
    entrance.register(form.address, form.typed_password, locale())
    return see_other("accounts.registered")


@pages.get("/register/sent")
@public
def registered() -> Answer:
    return render_template("accounts/registered.html")


@pages.get("/confirm")
@public
def unconfirmed() -> Answer:
    return render_template("accounts/unconfirmed.html", form=EmailForm(formdata=None))


@pages.post("/confirm")
@public
@writes
def send_confirmation() -> Answer:
    form = EmailForm()
    if not form.validate():
        return render_template("accounts/unconfirmed.html", form=form), 422
    entrance.admit_mail_request(form.address)
    operations.send_confirmation_to(email=form.address, now=clock.now())
    return see_other("accounts.registered")


@pages.get("/confirm/<token>")
@public
def confirm_email(token: str) -> Answer:
    found = queries.live_token(token, TokenPurpose.CONFIRM, now=clock.now())
    if found is None:
        return render_template("accounts/link_expired.html", purpose=TokenPurpose.CONFIRM), 404
    return token_page(render_template("accounts/confirm.html", account=found.account, token=token))


@pages.post("/confirm/<token>")
@public
@writes
def confirm(token: str) -> Answer:
    found = queries.live_token(token, TokenPurpose.CONFIRM, now=clock.now())
    if found is None:
        return render_template("accounts/link_expired.html", purpose=TokenPurpose.CONFIRM), 404
    operations.confirm(found, by=current_actor(), now=clock.now())
    flash(_("Your e-mail address is confirmed. Please sign in."), "success")
    return see_other("accounts.sign_in")
