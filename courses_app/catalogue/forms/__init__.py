"""The shapes of what is typed about courses, venues and runs."""

from courses_app.catalogue.forms.courses import CourseForm, FeeForm
from courses_app.catalogue.forms.policies import COURSE, HOUSE, PolicyForm
from courses_app.catalogue.forms.public import CourseFilter
from courses_app.catalogue.forms.runs import BeginForm, RunForm
from courses_app.catalogue.forms.venues import VenueForm

__all__ = [
    "COURSE", "HOUSE", "BeginForm", "CourseFilter", "CourseForm", "FeeForm", "PolicyForm", "RunForm", "VenueForm",
]  # fmt: skip
