"""The shapes of what is typed about courses, venues and runs."""

from courses_app.catalogue.forms.courses import CourseForm, FeeForm
from courses_app.catalogue.forms.public import CourseFilter
from courses_app.catalogue.forms.runs import BeginForm, RunForm
from courses_app.catalogue.forms.venues import VenueForm

__all__ = ["BeginForm", "CourseFilter", "CourseForm", "FeeForm", "RunForm", "VenueForm"]
