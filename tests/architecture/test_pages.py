"""No page asks another host for anything, and public pages keep to the strict policy."""

import re

import pytest

from crm.navigation import MENU, SITE
from tests.architecture.access import PUBLIC, rule_of
from tests.architecture.routes import Route, every_route

OTHER_HOST = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed|link(?![^>]*rel="canonical"))\b[^>]*?\b(?:src|href|srcset)=["'](?:https?:)?//[^"']+"""
    r"""|url\(["']?(?:https?:)?//[^)]+|@import\s+["'](?:https?:)?//[^"']+""",
    re.IGNORECASE,
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def pages(client, routes: list[Route]) -> dict[str, str]:
    """What each route answers, where that is a page."""
    answers = {route.name: client.get(route.path, follow=True) for route in routes if route.name != "admin:logout"}
    return {
        name: answer.content.decode()
        for name, answer in answers.items()
        if answer.headers.get("Content-Type", "").startswith("text/html")
    }


def test_no_page_of_the_back_office_asks_another_host(manager, client_of):
    for name, text in pages(client_of(manager), every_route()).items():
        found = OTHER_HOST.search(text)
        assert found is None, f"{name}: {found[0]}"


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_public_page_asks_another_host_or_has_script_or_style_inside(db, client, language):
    client.cookies["django_language"] = language
    public = [r for r in every_route() if rule_of(r.name) == PUBLIC and not r.name.startswith(("admin:", "crm:"))]
    shown = pages(client, public)
    assert shown
    for name, text in shown.items():
        for pattern in (OTHER_HOST, INLINE):
            found = pattern.search(text)
            assert found is None, f"{name}: {found[0]}"


def test_every_place_in_the_menus_exists(db):
    from django.urls import reverse

    for item in MENU:
        assert reverse(item.route)
    for link in SITE:
        assert link.url
