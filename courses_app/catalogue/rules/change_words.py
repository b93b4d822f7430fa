"""The rules of change in words, with the real days of one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from courses_app.catalogue.rules.changes import WHOLE, ChangeTerms, DayKind, Step
from courses_app.foundation.templating import day, yen, yen_incl

A_DAY = timedelta(days=1)


def cancellation_words(terms: ChangeTerms | None, *, free: bool, run_day: date, on: date) -> list[str]:
    """All a buyer must know of giving back and changing, for an order placed on a day; None: no rules were set."""
    if free:
        begins = _("You can cancel on this site until the run begins, at no charge.")
        return [begins, *(_others(replace(terms, move_fee=None), run_day=run_day) if terms else [])]
    unpaid = _(
        "Until you have paid you can cancel on this site at no charge. Orders not paid in time are cancelled by us."
    )
    if terms is None:
        by_office = _(
            "After payment please tell our office before the day of the run; the fee is then refunded in full."
        )
        return [unpaid, by_office, _no_refund()]
    each = _("After payment you can cancel each seat on this site until the run begins; the others stay as they are.")
    ladder = ladder_words(terms, run_day=run_day, on=on)
    return [unpaid, each, *ladder, *_others(terms, run_day=run_day), no_show_words(terms)]


def _others(terms: ChangeTerms, *, run_day: date) -> list[str]:
    return [substitution_words(terms, run_day=run_day), *moving_words(terms, run_day=run_day)]


def ladder_words(terms: ChangeTerms, *, run_day: date, on: date) -> list[str]:
    """What is given back until when, one sentence a step; steps that are over on the day `on` are left out."""
    return [*_steps(terms, run_day=run_day, on=on), *_handling(terms)]


def substitution_words(terms: ChangeTerms, *, run_day: date) -> str:
    """Until when somebody else may be named."""
    until = day(terms.substitution_until(run_day=run_day))
    return str(_("You can name somebody else for a seat on this site until %(until)s, at no charge.", until=until))


def moving_words(terms: ChangeTerms, *, run_day: date) -> list[str]:
    """Until when, how often and at which fee a seat may be moved; nothing where it may not."""
    if not terms.may_move:
        return []
    until = day(terms.moving_until(run_day=run_day))
    free = ngettext(
        "You can move a seat to another date of the course once until %(until)s, at no charge.",
        "You can move a seat to another date of the course up to %(num)d times until %(until)s, at no charge.",
        terms.moves_allowed,
        until=until,
    )
    none_free = _("You can move a seat to another date of the course until %(until)s.", until=until)
    return [free if terms.moves_allowed else none_free, *_move_fee(terms), _difference()]


def _move_fee(terms: ChangeTerms) -> Iterator[str]:
    if terms.move_fee is None:
        return
    fee = yen_incl(terms.move_fee)
    if terms.moves_allowed:
        yield _("After that each move costs a fee of %(fee)s once the order is paid.", fee=fee)
    else:
        yield _("Each move costs a fee of %(fee)s once the order is paid.", fee=fee)


def _difference() -> str:
    return str(_("If the other date costs less, we refund the difference; if it costs more, you pay the difference."))


def no_show_words(terms: ChangeTerms) -> str:
    """What becomes of the fee of somebody who does not come, and of a run that we call off."""
    if terms.no_show_percent >= WHOLE:
        return _no_refund()
    if not terms.no_show_percent:
        return str(
            _(
                "For people who do not come on the day we refund the full fee after the run. "
                "If we call the run off, we refund the full fee, too."
            )
        )
    return str(
        _(
            "For people who do not come on the day, %(percent)d%% of the fee is kept; we refund the rest after"
            " the run. If we call the run off, we refund the full fee.",
            percent=terms.no_show_percent,
        )
    )


def absence_words(terms: ChangeTerms) -> str:
    """The rule as it is named beside a refund: 欠席: 受講料の30%"""
    kept = _kept(Step(0, percent=terms.no_show_percent))
    return str(_("Absence: %(kept)s", kept=kept))


def step_words(terms: ChangeTerms, step: Step) -> str:
    """One rule as it is named beside a fee: 受講日の8日前まで: 受講料の30%"""
    return str(_("%(days)s: %(kept)s", days=distance_words(terms.day_kind, step.days_before), kept=_kept(step)))


def _steps(terms: ChangeTerms, *, run_day: date, on: date) -> Iterator[str]:
    begins: date | None = None
    for step in terms.steps:
        until = terms.last_day(step.days_before, run_day=run_day)
        if until >= on and (begins is None or begins <= until):
            yield _sentence(step, begins if begins and begins > on else None, until, run_day)
        begins = until + A_DAY


def _sentence(step: Step, begins: date | None, until: date, run_day: date) -> str:
    refund = _refunded(step)
    if begins is None:
        return str(_("Cancelled until %(until)s: %(refund)s", until=day(until), refund=refund))
    if until == run_day:
        return str(_("Cancelled from %(begins)s on: %(refund)s", begins=day(begins), refund=refund))
    return str(
        _("Cancelled from %(begins)s until %(until)s: %(refund)s", begins=day(begins), until=day(until), refund=refund)
    )


def _refunded(step: Step) -> str:
    if step.amount is not None:
        return str(_("we refund the fee less %(amount)s.", amount=yen(step.amount)) if step.amount else _in_full())
    if not step.percent:
        return _in_full()
    if step.percent >= WHOLE:
        return str(_("there is no refund."))
    return str(_("we refund %(percent)d%% of the fee.", percent=WHOLE - step.percent))


def _no_refund() -> str:
    return str(
        _("There is no refund for people who do not come on the day. If we call the run off, we refund the full fee.")
    )


def _in_full() -> str:
    return str(_("we refund the full fee."))


def _kept(step: Step) -> str:
    if step.amount is not None:
        return yen(step.amount)
    return str(_("%(percent)d%% of the fee", percent=step.percent)) if step.percent else str(_("no fee"))


def distance_words(kind: DayKind, days_before: int) -> str:
    """How far before its run something ends: 受講日の3営業日前まで"""
    if days_before == 0:
        return str(_("up to the day of the run"))
    if kind is DayKind.BUSINESS:
        return str(
            ngettext(
                "at least %(num)d business day before the run",
                "at least %(num)d business days before the run",
                days_before,
            )
        )
    return str(ngettext("at least %(num)d day before the run", "at least %(num)d days before the run", days_before))


def _handling(terms: ChangeTerms) -> Iterator[str]:
    if terms.handling_fee:
        yield str(_("A handling fee of %(amount)s is deducted for each seat.", amount=yen(terms.handling_fee)))
