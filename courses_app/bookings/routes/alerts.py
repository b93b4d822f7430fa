"""News of new runs: what the organization asked for, asking, and no longer asking."""

from __future__ import annotations

from flask import abort, flash, render_template
from flask_babel import gettext as _

from courses_app.accounts.guards import coordinator, current_actor, current_organization, current_person
from courses_app.bookings import operations, queries
from courses_app.bookings.forms import AlertForm
from courses_app.bookings.routes.blueprint import Answer, pages
from courses_app.catalogue.models import Course
from courses_app.catalogue.queries import course_by_slug, prefectures_by_region
from courses_app.foundation import clock
from courses_app.foundation.templating import local, locale
from courses_app.foundation.web import see_other, writes


@pages.get("/organization/alerts")
@coordinator
def alerts() -> Answer:
    names = {code: name for _region, places in _places() for code, name in places}
    return render_template("bookings/alerts.html", alerts=queries.alerts_of(current_organization()), places=names)


@pages.get("/courses/<slug>/alerts/new")
@coordinator
def new_alert(slug: str) -> Answer:
    return _page(_course(slug), _form(AlertForm(formdata=None)))


@pages.post("/courses/<slug>/alerts")
@writes
@coordinator
def create_alert(slug: str) -> Answer:
    course, form = _course(slug), _form(AlertForm())
    if not form.validate():
        return _page(course, form), 422
    operations.ask_for_runs(
        organization=current_organization(), course=course, place=form.place.data, asked_by=current_person(),
        language=locale(), by=current_actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("We write to you when a run opens."), "success")
    return see_other("bookings.alerts")


@pages.post("/organization/alerts/<reference>/removal")
@writes
@coordinator
def remove_alert(reference: str) -> Answer:
    alert = queries.alert_of(current_organization(), reference) or abort(404)
    operations.no_longer_ask(alert=alert, by=current_actor(), now=clock.now())
    flash(_("You get no more of these e-mails."), "success")
    return see_other("bookings.alerts")


def _course(slug: str) -> Course:
    return course_by_slug(slug) or abort(404)


def _form(form: AlertForm) -> AlertForm:
    form.offer(_places())
    return form


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """The regions by name with what can be chosen there: all of it, where it has several prefectures, or one."""
    found = []
    for region, its in prefectures_by_region():
        name = local(region, "name")
        whole = [(region.code, _("All of %(region)s", region=name))] if len(its) > 1 else []
        found.append((name, [*whole, *((one.code, local(one, "name")) for one in its)]))
    return found


def _page(course: Course, form: AlertForm) -> str:
    return render_template("bookings/new_alert.html", course=course, form=form)
