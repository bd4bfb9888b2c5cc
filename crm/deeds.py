"""What the verbs of the ground floor are called on the page of history."""

from django.utils.translation import gettext_lazy as _

from crm.history import VERBS

for _verb, _words in {
    "ask_for_export": _("asked for a list as a file"),
    "call_off_export": _("called a file off"),
    "write_export": _("took a list along as a file"),
}.items():
    VERBS.add(_verb, _words)
