"""What is typed about requests: by those who ask, and by staff."""

from courses_app.dispatches.forms.asking import AnswerForm, RequestForm, WithdrawalForm
from courses_app.dispatches.forms.office import OfficeFilter, QuestionForm, QuoteForm, ReasonForm
from courses_app.dispatches.forms.services import NewServiceForm, ServiceForm

__all__ = [
    "AnswerForm", "NewServiceForm", "OfficeFilter", "QuestionForm", "QuoteForm", "ReasonForm", "RequestForm",
    "ServiceForm", "WithdrawalForm",
]  # fmt: skip
