"""The back office's menu and the public site's links, registered by the apps as data.

MENU.add("events", Item(EVENTS, _("Events"), "admin:engagement_event_changelist", "event",
                        ("engagement.view_event",), order=10))
SITE.add("events", SiteLink(_("Events"), "engagement:events", order=10))
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.registries import Registry

Words = str | Promise

PEOPLE, OUTREACH, EVENTS, HOUSE = "people", "outreach", "events", "house"
GROUPS: dict[str, Words] = {
    PEOPLE: _("People"),
    OUTREACH: _("Outreach"),
    EVENTS: _("Events and conversations"),
    HOUSE: _("House"),
}
"""The groups of the menu in their order."""


@dataclass(frozen=True)
class Item:
    """A place in the back office; shown to who has one of `permissions`."""

    group: str
    title: Words
    route: str
    icon: str
    permissions: tuple[str, ...]
    order: int = 100
    waiting: Callable[[], str] | None = None
    """How much there waits for somebody, as the menu shows it; nothing for nothing."""

    def is_for(self, user: User) -> bool:
        """Whether `user` may go there."""
        return any(user.has_perm(permission) for permission in self.permissions)


@dataclass(frozen=True)
class SiteLink:
    """A page in the header of the public site and at its foot; `foot_only` ones are only there."""

    title: Words
    route: str
    order: int = 100
    primary: bool = False
    foot_only: bool = False

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.route)


MENU: Registry[Item] = Registry("menu item")
SITE: Registry[SiteLink] = Registry("site link")


def menu_for(user: User) -> list[tuple[Words, list[Item]]]:
    """The groups with at least one place for `user`, and those places in their order."""
    mine = sorted((item for item in MENU if item.is_for(user)), key=lambda item: item.order)
    groups = [(title, [item for item in mine if item.group == key]) for key, title in GROUPS.items()]
    return [(title, items) for title, items in groups if items]


def site_links() -> list[SiteLink]:
    """The public pages in the order of the header."""
    return sorted(SITE, key=lambda link: link.order)


MENU.add("organisation", Item(HOUSE, _("Organisation"), "admin:crm_organisation_changelist", "domain",
                              ("crm.change_organisation",), 10))  # fmt: skip
MENU.add("users", Item(HOUSE, _("Users"), "admin:crm_user_changelist", "badge", ("crm.view_user",), 20))
MENU.add("single-mails", Item(HOUSE, _("Single mails"), "admin:crm_outboxmail_changelist", "outgoing_mail",
                              ("crm.view_outboxmail",), 30))  # fmt: skip
MENU.add("exports", Item(PEOPLE, _("Your exports"), "crm:exports", "download", ("crm.export_people",), 45))
MENU.add("jobs", Item(HOUSE, _("Long work"), "admin:crm_job_changelist", "progress_activity", ("crm.view_job",), 40))
MENU.add("history", Item(HOUSE, _("History"), "crm:history", "history", ("crm.view_history",), 50))
MENU.add("promises", Item(HOUSE, _("Promises"), "crm:promises", "verified", ("crm.view_finding",), 60))
