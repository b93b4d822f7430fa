"""Who was asked after a run was moved, what they answered, and answering for them on the telephone."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.bookings import operations, queries
from courses_app.bookings.admin_routes.blueprint import Answer, pages
from courses_app.bookings.forms import AnswerForm, QuestionsFilter
from courses_app.bookings.models import MoveQuestion
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.paging import page_number
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen


@pages.get("/office/questions")
@staff
def questions() -> Answer:
    form = QuestionsFilter(request.args)
    page = queries.questions_page(
        run=(form.run.data or "").upper(), only_open=bool(form.open.data), number=page_number(request.args.get("page"))
    )
    return render_template("bookings/office_questions.html", page=page, form=form)


@pages.get("/office/questions/<reference>")
@staff
def question(reference: str) -> Answer:
    return _page(reference, AnswerForm(formdata=request.args))


def _page(reference: str, form: BaseForm) -> str:
    assert isinstance(form, AnswerForm)
    found = _any(reference)
    facts = queries.answering(found, form.choices(queries.answerable(found)), now=clock.now())
    return render_template("bookings/office_question.html", form=form, facts=facts)


@pages.post("/office/questions/<reference>/answer")
@refusals_on(AnswerForm, _page)
@writes
@staff
def answer(reference: str) -> Answer:
    found, form = _any(reference), AnswerForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.answer(
        question=found, choices=form.choices(queries.answerable(found)), agreed=Yen(form.less.data or 0),
        by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("The answer has been noted. Who booked is told by e-mail."), "success")
    return see_other("bookings_admin.question", reference=reference)


def _any(reference: str) -> MoveQuestion:
    return queries.question_for_office(reference) or abort(404)
