"""Outgoing mail: what left, what waits, what failed, and sending it again."""

from __future__ import annotations

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from courses_app.accounts.guards import current_actor, staff
from courses_app.foundation import clock
from courses_app.foundation.paging import page_number
from courses_app.foundation.tables import csv_response
from courses_app.foundation.templating import instant
from courses_app.foundation.web import see_other, writes
from courses_app.office import operations, queries
from courses_app.office.forms import OUTBOX_STATES, STATE_TONES, OutboxFilter
from courses_app.office.routes.blueprint import Answer, pages
from courses_app.office.rules import WORDS


@pages.get("/office/outbox")
@staff
def outbox() -> Answer:
    form = OutboxFilter(request.args)
    mails = queries.mails(form.wanted(), number=page_number(request.args.get("page")))
    return render_template("office/outbox.html", form=form, mails=mails, states=OUTBOX_STATES, tones=STATE_TONES)


@pages.get("/office/outbox.csv")
@staff
def outbox_csv() -> Answer:
    header = [
        _("Written"),
        _("Recipient"),
        _("Subject line"),
        _("Kind of mail"),
        _("About"),
        _("State"),
        _("Attempts"),
        _("Sent at"),
    ]
    rows = (
        (instant(mail.created_at), mail.recipient, mail.subject, WORDS.mail(mail.kind), mail.subject_reference,
         OUTBOX_STATES[mail.state], mail.attempts, instant(mail.sent_at))
        for mail in queries.every_mail(OutboxFilter(request.args).wanted())
    )  # fmt: skip
    return csv_response("outbox.csv", header, rows)


@pages.get("/office/outbox/<int:number>")
@staff
def mail(number: int) -> Answer:
    message = queries.mail(number) or abort(404)
    documents = queries.attachments_of(message)
    words = {"states": OUTBOX_STATES, "tones": STATE_TONES}
    return render_template("office/mail.html", mail=message, documents=documents, **words)


@pages.post("/office/outbox/<int:number>/retry")
@writes
@staff
def send_again(number: int) -> Answer:
    message = queries.mail(number) or abort(404)
    operations.send_again(message, by=current_actor(), now=clock.now())
    flash(_("The mail is in the queue again and leaves shortly."), "success")
    return see_other("office.mail", number=number)
