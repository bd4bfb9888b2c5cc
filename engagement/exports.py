"""The lists of engagement that can be taken along: who registered for what."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.exports.lists import list_in_words, rows_of
from crm.exports.registry import EXPORTS, Exportable, Question
from crm.models import User
from engagement.models import Registration
from engagement.resources import RegistrationResource


def registrations(user: User, question: Question) -> QuerySet[Registration]:
    """The registrations of the list as it was narrowed, such as to one event."""
    return rows_of(Registration, user, question)


EXPORTS.add(
    "registrations",
    Exportable(
        gettext_lazy("Registrations"),
        RegistrationResource,
        registrations,
        lambda question: list_in_words(_("Registrations"), question),
        ("engagement.view_registration",),
    ),
)
