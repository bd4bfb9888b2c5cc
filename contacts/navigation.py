"""The places of contacts in the header and at the foot of the public site."""

from django.utils.translation import gettext_lazy as _

from crm.navigation import SITE, SiteLink

SITE.add("join", SiteLink(_("Join"), "contacts:join", 90, primary=True))
SITE.add(
    "preferences",
    SiteLink(_("See, change or leave what you receive"), "contacts:preferences-link", 100, foot_only=True),
)
