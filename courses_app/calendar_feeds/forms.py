"""What is asked before an address is given out."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from courses_app.calendar_feeds.models import FeedPurpose
from courses_app.foundation.catalogues import LANGUAGES
from courses_app.foundation.forms import BaseForm, options

NAMES = {"ja": "日本語", "en": "English"}

TITLES: dict[FeedPurpose, Any] = {
    FeedPurpose.ORGANIZATION: _l("Our organization's courses"),
    FeedPurpose.INSTRUCTOR: _l("Courses I teach"),
    FeedPurpose.STAFF: _l("All courses (office)"),
    FeedPurpose.PERSON: _l("My courses"),
}
LEADS: dict[FeedPurpose, Any] = {
    FeedPurpose.ORGANIZATION: _l("Runs in which you have seats, with their number, and the last days of your people."),
    FeedPurpose.INSTRUCTOR: _l("Runs in which you teach, with your own lessons."),
    FeedPurpose.STAFF: _l("Every run, drafts included."),
    FeedPurpose.PERSON: _l("Runs in which you have a seat, and the last days of your own completions."),
}


class AddressForm(BaseForm):
    """In which language the calendar speaks."""

    language = RadioField(
        _l("Language of the calendar"), [InputRequired()], choices=options([(code, NAMES[code]) for code in LANGUAGES])
    )
