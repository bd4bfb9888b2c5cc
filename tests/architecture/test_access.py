"""Every route is requested by a stranger, by an outsider and in every role, and lets in whom its rule says."""

from fnmatch import fnmatchcase

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from tests.architecture.access import LINK, PUBLIC, ROLES, RULES, rule_of
from tests.architecture.routes import Route, every_route

ROUTES = every_route()
LOGIN = "/admin/login/"
METHOD_NOT_ALLOWED, SERVER_ERROR = 405, 500


def ask(client: Client, route: Route) -> HttpResponseBase:
    """GET, or an empty POST where only that is answered."""
    answer = client.get(route.path)
    return client.post(route.path) if answer.status_code == METHOD_NOT_ALLOWED else answer


def is_let_in(answer: HttpResponseBase) -> bool:
    """Neither told to sign in, nor that this is not for them."""
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith(LOGIN)
    return not to_sign_in and answer.status_code not in (401, 403)


def is_kept_out(answer: HttpResponseBase) -> bool:
    """Told so, or told that there is nothing: a 404, or the admin's own way back to its first page."""
    nothing_there = answer.status_code == 302 and answer.headers["Location"] == "/admin/"
    return not is_let_in(answer) or answer.status_code == 404 or nothing_there


def test_every_route_has_a_rule():
    without = sorted({route.name for route in ROUTES if rule_of(route.name) is None})
    assert not without, f"Write a rule in tests/architecture/access.py for: {', '.join(without)}"


def test_every_rule_has_a_route():
    names = {route.name for route in ROUTES}
    stale = [pattern for pattern, _rule in RULES if not any(fnmatchcase(name, pattern) for name in names)]
    assert not stale, f"No route fits: {', '.join(stale)}"


def test_strangers_are_let_in_only_where_the_rule_says_so(db):
    for route in ROUTES:
        answer = ask(Client(), route)
        if rule_of(route.name) == PUBLIC:
            assert is_let_in(answer), f"{route.name} keeps strangers out"
        elif rule_of(route.name) == LINK:
            assert 400 <= answer.status_code < SERVER_ERROR, f"{route.name} answers {answer.status_code} to nonsense"
        else:
            assert is_kept_out(answer), f"{route.name} lets strangers in ({answer.status_code})"


def test_a_sign_in_without_a_role_opens_nothing_of_the_house(outsider, client_of):
    client = client_of(outsider)
    for route in ROUTES:
        if isinstance(rule_of(route.name), frozenset):
            answer = ask(client, route)
            assert is_kept_out(answer), f"{route.name} lets an outsider in ({answer.status_code})"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_its_rule_says_and_no_more(role, request, client_of):
    client = client_of(request.getfixturevalue(role))
    for route in ROUTES:
        rule = rule_of(route.name)
        if not isinstance(rule, frozenset):
            continue
        answer = ask(client, route)
        assert answer.status_code < SERVER_ERROR, f"{route.name} breaks for {role}"
        if role in rule:
            assert is_let_in(answer), f"{route.name} keeps {role} out ({answer.status_code})"
        else:
            assert is_kept_out(answer), f"{route.name} lets {role} in ({answer.status_code})"
