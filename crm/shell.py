"""What unfold asks the house for: the menu, the first page and the links under one's own name."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.cards import cards_for, steps_for
from crm.doors import person
from crm.navigation import Item, menu_for

NOON, EVENING = 12, 17


def menu(request: HttpRequest) -> list[dict]:
    """The menu of who is signed in, in unfold's shape."""
    first = {"title": _("Today"), "icon": "home", "link": reverse("admin:index"), "active": _on_first_page}
    groups: list[dict] = [{"title": "", "items": [first]}]
    for title, items in menu_for(person(request)):
        groups.append({"title": title, "separator": True, "items": [_entry(item) for item in items]})
    return groups


def _entry(item: Item) -> dict:
    waiting = item.waiting() if item.waiting else ""
    entry = {"title": item.title, "icon": item.icon, "link": reverse(item.route)}
    return entry | ({"badge": waiting, "badge_variant": "primary"} if waiting else {})


def _on_first_page(request: HttpRequest) -> bool:
    return request.path == reverse("admin:index")


def dashboard(request: HttpRequest, context: dict) -> dict:
    """The first page: a greeting, figures that mean something, and first steps while there are any."""
    user = person(request)
    context |= {
        "title": _("Today"),
        "greeting": greeting(timezone.localtime().hour, user.first_name or str(user)),
        "cards": cards_for(user),
        "steps": steps_for(user),
    }
    return context


def greeting(hour: int, name: str) -> str:
    """Good morning, afternoon or evening to `name`."""
    if hour < NOON:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < EVENING:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def account_links(request: HttpRequest) -> list[dict]:
    """What stands under one's own name."""
    return [{"title": _("Change password"), "link": reverse("admin:password_change")}]
