"""The place of newsletters in the back office's menu."""

from django.utils.translation import gettext_lazy as _

from crm.navigation import HOUSE, MENU, OUTREACH, Item

MENU.add(
    "newsletters",
    Item(
        OUTREACH, _("Newsletters"), "admin:campaigns_campaign_changelist", "campaign", ("campaigns.view_campaign",), 10
    ),
)
MENU.add(
    "provider-news",
    Item(
        HOUSE,
        _("News from mail providers"),
        "campaigns:aside",
        "mark_email_read",
        ("campaigns.view_providerevent",),
        16,
    ),
)
MENU.add(
    "sending-rules",
    Item(
        HOUSE,
        _("When newsletters leave"),
        "admin:campaigns_sendingrules_changelist",
        "schedule_send",
        ("campaigns.change_sendingrules",),
        15,
    ),
)
