"""The places of engagement in the menu of the back office and in the header of the public site."""

from django.utils.translation import gettext_lazy as _

from crm.navigation import EVENTS, MENU, SITE, Item, SiteLink

MENU.add("events", Item(EVENTS, _("Events"), "admin:engagement_event_changelist", "event",
                        ("engagement.view_event",), 10))  # fmt: skip
MENU.add("registrations", Item(EVENTS, _("Registrations"), "admin:engagement_registration_changelist", "how_to_reg",
                               ("engagement.view_registration",), 20))  # fmt: skip
MENU.add("conversations", Item(EVENTS, _("Conversations"), "engagement:conversations", "forum",
                               ("engagement.view_gathering",), 30))  # fmt: skip
MENU.add("editions", Item(EVENTS, _("Editions and prompts"), "admin:engagement_edition_changelist", "menu_book",
                          ("engagement.change_edition",), 40))  # fmt: skip
MENU.add("strategies", Item(EVENTS, _("Strategies"), "admin:engagement_strategy_changelist", "flag",
                            ("engagement.change_strategy",), 50))  # fmt: skip

MENU.add("news", Item(EVENTS, _("News"), "admin:engagement_news_changelist", "newspaper",
                      ("engagement.view_news",), 60))  # fmt: skip

SITE.add("events", SiteLink(_("Events"), "engagement:events", 20))
SITE.add("strategies", SiteLink(_("21 strategies"), "engagement:strategies", 30))
SITE.add("news", SiteLink(_("News"), "engagement:news", 40))
SITE.add("promise", SiteLink(_("What we do with your data"), "engagement:promise", 110, foot_only=True))
