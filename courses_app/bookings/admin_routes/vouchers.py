"""Voucher codes of the office: given out, listed with their uses, ended."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms.vouchers import NewVoucherForm
from courses_app.bookings.models import Voucher
from courses_app.catalogue.queries import course_by_code, course_lines
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.paging import page_number
from courses_app.foundation.templating import local
from courses_app.foundation.web import see_other, writes


@pages.get("/office/vouchers")
@staff
def vouchers() -> Answer:
    page, used = queries.page_of_vouchers(number=page_number(request.args.get("page")), now=clock.now())
    return render_template("bookings/office_vouchers.html", page=page, used=used, today=clock.today())


@pages.get("/office/vouchers/new")
@staff
def new_voucher() -> Answer:
    return _new(NewVoucherForm.starting(clock.today()))


def _new(form: NewVoucherForm) -> str:
    form.offer([(line.code, local(line, "name")) for line in course_lines()])
    return render_template("bookings/office_new_voucher.html", form=form)


@pages.post("/office/vouchers/new")
@refusals_on(NewVoucherForm, _new)
@writes
@staff
def add_voucher() -> Answer:
    form = NewVoucherForm()
    form.offer([(line.code, local(line, "name")) for line in course_lines()])
    if not form.validate():
        return _new(form), 422
    courses = [course_by_code(code) for code in form.courses.data or ()]
    made = operations.add_voucher(facts=form.facts(), courses=courses, by=current_actor(), now=clock.now())
    flash(_("The code %(code)s can be given out.", code=made.code), "success")
    return see_other("bookings_admin.voucher", code=made.code)


@pages.get("/office/vouchers/<code>")
@staff
def voucher(code: str) -> Answer:
    found, now = _found(code), clock.now()
    return render_template(
        "bookings/office_voucher.html",
        voucher=found,
        page=queries.page_of_uses(found, number=page_number(request.args.get("page"))),
        used=queries.uses_of(found, 0, now=now).used,
        today=clock.today(),
    )


@pages.post("/office/vouchers/<code>/end")
@writes
@staff
def end_voucher(code: str) -> Answer:
    operations.end_voucher(voucher=_found(code), by=current_actor(), now=clock.now())
    flash(_("The code is no longer accepted. Bookings made with it keep their price."), "success")
    return see_other("bookings_admin.voucher", code=code)


def _found(code: str) -> Voucher:
    return queries.voucher_by_code(code) or abort(404)
