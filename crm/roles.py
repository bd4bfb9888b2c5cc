"""Who may do what: five roles, each a list of permissions, kept as groups.

Everything a role may touch stands here as data; a permission that is not listed is not given.
Roles see rows by `visible_to(user)` of each queryset: a partner's own imports, an organizer's own
conversations.
"""

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

MANAGER, STAFF, ORGANIZER, PARTNER, ANALYST = "manager", "staff", "organizer", "partner", "analyst"

ROLE_NAMES = {
    MANAGER: _("Manager: everything, with users and settings"),
    STAFF: _("Staff: people, newsletters, events and conversations"),
    ORGANIZER: _("Organizer: events and their own conversations"),
    PARTNER: _("Partner: sends files and sees what became of them"),
    ANALYST: _("Analyst: counts and conversations, no personal data"),
}


def _all(app: str, *models: str) -> list[str]:
    return [f"{app}.{verb}_{model}" for model in models for verb in ("view", "add", "change", "delete")]


def _keep(app: str, *models: str) -> list[str]:
    """View, add and change, never delete."""
    return [f"{app}.{verb}_{model}" for model in models for verb in ("view", "add", "change")]


def _view(app: str, *models: str) -> list[str]:
    return [f"{app}.view_{model}" for model in models]


STAFF_MAY = [
    *_all("contacts", "stakeholder", "contactpoint", "affiliation", "typing", "tagging", "tag", "segment"),
    *_all("contacts", "partnerfeed"),
    *_keep("contacts", "stakeholdertype", "topic", "customfield", "partner", "importrun", "suppression"),
    *_view("contacts", "consent", "consentevent", "importrow"),
    "contacts.add_consentevent",
    "crm.export_people",
    *_all("engagement", "event", "registration", "news", "prompt", "gathering", "participant", "note", "commitment"),
    *_keep("engagement", "edition", "strategy"),
    "engagement.view_all_gatherings",
    *_all("campaigns", "campaign"),
    *_view("campaigns", "variant", "delivery"),
    "campaigns.launch_campaign",
    *_view("crm", "outboxmail", "job"),
    "crm.change_outboxmail",
]

ROLES: dict[str, list[str]] = {
    MANAGER: [
        *STAFF_MAY,
        *_keep("crm", "user"),
        "crm.view_organisation",
        "crm.change_organisation",
        "campaigns.view_sendingrules",
        "campaigns.change_sendingrules",
        "campaigns.view_providerevent",
        "campaigns.change_providerevent",
        "crm.view_all_jobs",
        "crm.view_history",
        *_view("crm", "finding"),
        "contacts.delete_suppression",
        "contacts.erase_stakeholder",
        "contacts.delete_partner",
    ],
    STAFF: STAFF_MAY,
    ORGANIZER: [
        *_view("engagement", "edition", "prompt", "strategy"),
        *_keep("engagement", "event", "registration", "gathering", "participant", "commitment"),
        *_all("engagement", "note"),
        *_view("crm", "job"),
    ],
    PARTNER: [
        "crm.send_own_files",
        *_view("crm", "job"),
    ],
    ANALYST: [
        *_view("contacts", "segment"),
        *_view("engagement", "event", "edition", "prompt", "strategy", "gathering", "note", "commitment"),
        "engagement.view_all_gatherings",
        *_view("campaigns", "campaign"),
    ],
}


class UnknownPermission(LookupError):
    """ROLES names a permission that no model has."""


def seed_roles(**_signal: object) -> None:
    """Make the groups and give each exactly what ROLES says; called after every migrate."""
    known = {
        f"{app}.{code}": pk
        for app, code, pk in Permission.objects.values_list("content_type__app_label", "codename", "pk")
    }
    for role, codes in ROLES.items():
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set([known[code] for code in codes if code in known])


def unknown_permissions() -> set[str]:
    """Permissions in ROLES that no model has: a slip of the pen, caught by a test."""
    known = {f"{app}.{code}" for app, code in Permission.objects.values_list("content_type__app_label", "codename")}
    return {code for codes in ROLES.values() for code in codes} - known
