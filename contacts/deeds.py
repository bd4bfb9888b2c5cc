"""What the verbs of people are called in the history."""

from django.utils.translation import gettext_lazy as _

from crm.history import VERBS

for _verb, _words in {
    "add_contact_point": _("added an address or number"),
    "affiliate": _("joined a person with an organisation"),
    "change_contact_point": _("changed an address or number"),
    "change_preferences": _("changed their own choices"),
    "change_terms": _("changed the terms of a partner's file"),
    "come_back": _("came back to a list"),
    "commit_import": _("saved a partner's file"),
    "confirm_join": _("joined the Alliance"),
    "create_stakeholder": _("added somebody"),
    "delete_segment": _("removed a segment"),
    "erase_person": _("erased somebody"),
    "give_consent": _("wrote down a yes"),
    "leave_all": _("left everything"),
    "lift_suppression": _("allowed an address again"),
    "merge_stakeholders": _("merged two who are one"),
    "note_complaint": _("learned that mail is not wanted at an address"),
    "note_soft_bounces": _("learned that mail to an address keeps coming back"),
    "make_primary": _("chose a main address"),
    "remove_contact_point": _("removed an address or number"),
    "revert_import": _("took back a partner's file"),
    "save_segment": _("saved a segment"),
    "set_own_values": _("filled a field of our own"),
    "set_types": _("changed types"),
    "settle_row": _("said who a row of a partner's file is"),
    "suppress": _("stopped mail to an address"),
    "tag_stakeholders": _("put on a tag"),
    "untag_stakeholders": _("took off a tag"),
    "unmerge": _("took two apart again"),
    "update_stakeholder": _("changed somebody"),
    "welcome_back": _("welcomed somebody back"),
    "withdraw_consent": _("wrote down a no"),
}.items():
    VERBS.add(_verb, _words)
