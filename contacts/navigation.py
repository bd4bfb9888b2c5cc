"""The places of contacts in the menu of the back office, in the header and at the foot of the public site."""

from django.utils.translation import gettext_lazy as _

from contacts.identity.counting import count_open, in_short
from crm.navigation import MENU, PEOPLE, SITE, Item, SiteLink

MENU.add("people", Item(PEOPLE, _("People and organisations"), "admin:contacts_stakeholder_changelist", "groups",
                        ("contacts.view_stakeholder",), 10))  # fmt: skip
MENU.add("pairs", Item(PEOPLE, _("In the book twice?"), "admin:contacts_duplicatecandidate_changelist", "join_inner",
                       ("contacts.change_stakeholder",), 15, waiting=lambda: in_short(count_open())))  # fmt: skip
MENU.add("segments", Item(PEOPLE, _("Segments"), "admin:contacts_segment_changelist", "filter_alt",
                          ("contacts.view_segment",), 20))  # fmt: skip
MENU.add("imports", Item(PEOPLE, _("Files from partners"), "admin:contacts_importrun_changelist", "upload_file",
                         ("contacts.view_importrun", "crm.send_own_files"), 30))  # fmt: skip
MENU.add("partners", Item(PEOPLE, _("Partners"), "admin:contacts_partner_changelist", "handshake",
                          ("contacts.view_partner",), 40))  # fmt: skip
MENU.add("feeds", Item(PEOPLE, _("Feeds"), "admin:contacts_partnerfeed_changelist", "rss_feed",
                       ("contacts.view_partnerfeed",), 42))  # fmt: skip
MENU.add("suppression", Item(PEOPLE, _("Not to be mailed"), "admin:contacts_suppression_changelist", "block",
                             ("contacts.view_suppression",), 50))  # fmt: skip
MENU.add("topics", Item(PEOPLE, _("Topics"), "admin:contacts_topic_changelist", "mark_email_read",
                        ("contacts.change_topic",), 60))  # fmt: skip
MENU.add("types", Item(PEOPLE, _("Types"), "admin:contacts_stakeholdertype_changelist", "category",
                       ("contacts.change_stakeholdertype",), 70))  # fmt: skip
MENU.add("tags", Item(PEOPLE, _("Tags"), "admin:contacts_tag_changelist", "sell", ("contacts.change_tag",), 80))
MENU.add("own_fields", Item(PEOPLE, _("Fields of our own"), "admin:contacts_customfield_changelist", "edit_note",
                            ("contacts.change_customfield",), 85))  # fmt: skip

SITE.add("join", SiteLink(_("Join"), "contacts:join", 90, primary=True))
SITE.add(
    "preferences",
    SiteLink(_("See, change or leave what you receive"), "contacts:preferences-link", 100, foot_only=True),
)
