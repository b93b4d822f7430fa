"""Signing in and out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from courses_app.accounts import operations, queries
from courses_app.accounts.forms.sign_in import SignInForm
from courses_app.accounts.guards import current_account
from courses_app.accounts.guards.late_forms import LateForm, carried
from courses_app.accounts.routes.blueprint import Answer, pages
from courses_app.accounts.security import browser, entrance
from courses_app.foundation import clock
from courses_app.foundation.forms import safe_next
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.web import public, writes


@pages.get("/sign-in")
@public
def sign_in() -> Answer:
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or queries.first_page_of(current_account()))
    return _page(SignInForm(formdata=None, next=target))


@pages.post("/sign-in")
@public
def enter() -> Answer:
    form, late_form = SignInForm(), carried()
    if not form.validate():
        return _page(form, late_form), 422
    try:
        entrance.sign_in(form.address, form.typed_password)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, late_form), 422
    return _go_on(form.next.data, late_form)


@pages.post("/sign-out")
@public
@writes
def sign_out() -> Response:
    token = session.get(browser.SIGN_IN_TOKEN)
    if isinstance(token, str):
        operations.end_sign_in(token=token, now=clock.now())
    browser.leave()
    response = redirect("/", code=303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _page(form: SignInForm, late_form: LateForm | None = None) -> str:
    return render_template("accounts/sign_in.html", form=form, late_form=late_form, expired=False)


def _go_on(target: str | None, late_form: LateForm | None) -> Answer:
    if late_form is not None and late_form.account == current_account().reference:
        return render_template("accounts/send_again.html", late_form=late_form)
    if late_form is not None:
        flash(_("The form that was still open belongs to another account, so it was not sent."), "warning")
    return redirect(safe_next(target) or queries.first_page_of(current_account()), code=303)
