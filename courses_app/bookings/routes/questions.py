"""We moved a run: the organization says whether its seats stay, go to another date, or are given back."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import coordinator, current_actor, current_organization
from courses_app.bookings import operations, queries
from courses_app.bookings.forms import AnswerForm
from courses_app.bookings.models import MoveQuestion
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.foundation import clock
from courses_app.foundation.doors import refusals_on
from courses_app.foundation.forms import BaseForm
from courses_app.foundation.web import see_other, writes
from courses_app.foundation.yen import Yen
from courses_app.payments.queries import issuer_on


@pages.get("/questions/<reference>")
@coordinator
def question(reference: str) -> Answer:
    return _page(reference, AnswerForm(formdata=request.args))


def _page(reference: str, form: BaseForm) -> str:
    """What was and what is, the choice for each seat; below, the money for what was chosen."""
    assert isinstance(form, AnswerForm)
    found = _own(reference)
    chosen = form.choices(queries.answerable(found))
    facts = queries.answering(found, chosen, now=clock.now())
    return render_template("bookings/question.html", form=form, issuer=issuer_on(clock.today()), facts=facts)


@pages.post("/questions/<reference>/answer")
@refusals_on(AnswerForm, _page)
@writes
@coordinator
def answer(reference: str) -> Answer:
    found, form = _own(reference), AnswerForm()
    if not form.validate():
        return _page(reference, form), 422
    operations.answer(
        question=found, choices=form.choices(queries.answerable(found)), agreed=Yen(form.less.data or 0),
        by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("Thank you for your answer. It comes by e-mail as well."), "success")
    return see_other("bookings.question", reference=reference)


def _own(reference: str) -> MoveQuestion:
    return queries.question_of(current_organization(), reference) or abort(404)
