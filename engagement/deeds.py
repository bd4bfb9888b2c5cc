"""What the verbs of events and conversations are called in the history."""

from django.utils.translation import gettext_lazy as _

from crm.history import VERBS

for _verb, _words in {
    "add_walk_in": _("added somebody at the door"),
    "edit_gathering": _("changed a conversation"),
    "cancel_registration": _("gave up a seat"),
    "fill_free_seats": _("gave free seats to those who waited"),
    "log_gathering": _("logged a conversation"),
    "mark_attendance": _("marked who came"),
    "register": _("took a seat"),
}.items():
    VERBS.add(_verb, _words)
