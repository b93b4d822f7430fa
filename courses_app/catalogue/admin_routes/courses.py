"""Courses and their fees."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.catalogue import operations, queries
from courses_app.catalogue.admin_routes.blueprint import Answer, pages
from courses_app.catalogue.forms import CourseForm, FeeForm
from courses_app.catalogue.models import Course
from courses_app.foundation import clock
from courses_app.foundation.refusal import Refusal
from courses_app.foundation.repeated import added_or_removed
from courses_app.foundation.web import see_other, writes

A_DAY = timedelta(days=1)


@pages.get("/office/courses")
@staff
def courses() -> Answer:
    return render_template(
        "catalogue/office/courses.html", offers=queries.all_offers(clock.today()), today=clock.today()
    )


@pages.get("/office/courses/<code>")
@staff
def course(code: str) -> Answer:
    found = _found(code)
    return _page(CourseForm.of(found), found)


@pages.post("/office/courses/<code>")
@writes
@staff
def change_course(code: str) -> Answer:
    found, form = _found(code), CourseForm()
    if added_or_removed(form.subjects, request.form):
        return _page(form, found)
    if not form.validate():
        return _page(form, found), 422
    try:
        operations.change_course(
            found, form.change(), form.wanted_subjects(), version=form.seen_version, by=current_actor(), now=clock.now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, found), 409
    flash(_("The changes have been saved."), "success")
    return see_other("catalogue_admin.course", code=code)


@pages.get("/office/courses/<code>/fees")
@staff
def fees(code: str) -> Answer:
    return _fees(FeeForm.starting(clock.today() + A_DAY), _found(code))


@pages.post("/office/courses/<code>/fees")
@writes
@staff
def set_fee(code: str) -> Answer:
    found, form = _found(code), FeeForm()
    if not form.validate():
        return _fees(form, found), 422
    try:
        operations.set_fee(found, **form.fee(), by=current_actor(), now=clock.now(), today=clock.today())
    except Refusal as refusal:
        form.refuse(refusal)
        return _fees(form, found), 409
    flash(_("The fee has been set."), "success")
    return see_other("catalogue_admin.fees", code=code)


@pages.post("/office/courses/<code>/fees/<int:number>/withdrawal")
@writes
@staff
def withdraw_fee(code: str, number: int) -> Answer:
    found = _found(code)
    fee = queries.find_fee(found, number) or abort(404)
    operations.withdraw_fee(found, fee, by=current_actor(), now=clock.now(), today=clock.today())
    flash(_("The price has been withdrawn. What was booked at it stays as agreed."), "success")
    return see_other("catalogue_admin.fees", code=code)


def _found(code: str) -> Course:
    return queries.find_course(code) or abort(404)


def _page(form: CourseForm, course: Course) -> str:
    return render_template("catalogue/office/course.html", form=form, course=course)


def _fees(form: FeeForm, course: Course) -> str:
    return render_template(
        "catalogue/office/fees.html", form=form, course=course, today=clock.today(), rows=queries.fee_history(course)
    )
