"""The words of the menu, for the trail at the head of a page: a thing has one name wherever it stands."""

from typing import Any

from django import template
from django.urls import reverse

from crm.navigation import MENU

register = template.Library()


@register.filter
def as_in_menu(part: dict[str, Any]) -> Any:
    """What the menu calls the place that a part of the trail leads to; else what the part is called."""
    link = str(part.get("link") or "")
    return next((item.title for item in MENU if link and reverse(item.route) == link), part["title"])
