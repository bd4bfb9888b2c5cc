"""What the verbs of newsletters are called in the history."""

from django.utils.translation import gettext_lazy as _

from crm.history import VERBS

for _verb, _words in {
    "cancel_campaign": _("stopped a newsletter for good"),
    "copy_campaign": _("copied a newsletter"),
    "correct_campaign": _("began a correction of a newsletter"),
    "finish_campaign": _("called a newsletter sent"),
    "finish_sending": _("had what was left of a newsletter sent at once"),
    "give_up": _("decided that an uncertain message is not sent again"),
    "launch_campaign": _("sent a newsletter"),
    "mark_as_sent": _("settled an uncertain message as sent"),
    "note_hard_bounce": _("learned that an address does not work"),
    "pause_campaign": _("paused a newsletter"),
    "pause_for": _("paused a newsletter that went wrong"),
    "resume_campaign": _("went on with a newsletter"),
    "retry_failed": _("had the failed messages of a newsletter tried again"),
    "save_campaign": _("saved a newsletter"),
    "save_sending_rules": _("changed when newsletters leave"),
    "send_again": _("sent an uncertain message again"),
    "send_freely": _("took the limit of a newsletter away"),
    "send_test": _("sent a test"),
    "slow_down": _("slowed a newsletter down"),
    "undo_decision": _("took a decision about uncertain messages back"),
}.items():
    VERBS.add(_verb, _words)
