"""The exact words people say yes to; what was shown is kept with every yes."""

from django.utils.translation import gettext as _

from crm.models import Organisation


def consent_wording() -> str:
    """What the join form and the preferences page say above their button, in the reader's language."""
    return _(
        "Yes, I want to receive e-mail from %(organisation)s about the topics I ticked. "
        "I can leave any of them, or everything, with one click in every e-mail."
    ) % {"organisation": Organisation.load().name}
