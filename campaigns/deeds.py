"""What the verbs of newsletters are called in the history."""

from django.utils.translation import gettext_lazy as _

from crm.history import VERBS

for _verb, _words in {
    "cancel_campaign": _("stopped a newsletter for good"),
    "copy_campaign": _("copied a newsletter"),
    "launch_campaign": _("sent a newsletter"),
    "mark_as_sent": _("settled an uncertain message as sent"),
    "note_hard_bounce": _("learned that an address does not work"),
    "pause_campaign": _("paused a newsletter"),
    "resume_campaign": _("went on with a newsletter"),
    "retry_failed": _("had the failed messages of a newsletter tried again"),
    "save_campaign": _("saved a newsletter"),
    "save_sending_rules": _("changed when newsletters leave"),
    "send_again": _("sent an uncertain message again"),
    "send_freely": _("took the limit of a newsletter away"),
    "send_test": _("sent a test"),
    "slow_down": _("slowed a newsletter down"),
}.items():
    VERBS.add(_verb, _words)
