"""Every route of the house with an address that can be requested."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

SAMPLES = {
    "IntConverter": "0",
    "SlugConverter": "no-such-thing",
    "StringConverter": "nonsense",
    "UUIDConverter": "00000000-0000-0000-0000-000000000000",
    "PathConverter": "0",
}
"""Arguments of things that are not there: the door answers before it looks for them."""


@dataclass(frozen=True)
class Route:
    """A named route ("crm:job") and an address for it."""

    name: str
    path: str


def every_route() -> list[Route]:
    """All of them, in the order of the URL configuration."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list, prefix: str, namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + _sample(pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, path, inner)
        elif isinstance(pattern, URLPattern):
            if pattern.name is None and not isinstance(pattern.pattern, RegexPattern):
                continue  # the admin's old addresses of forms, which only redirect
            yield Route(f"{namespace}{pattern.name or 'catch_all'}", "/" + path)


def _sample(pattern: URLPattern | URLResolver) -> str:
    """The pattern with its arguments filled in."""
    if hasattr(pattern.pattern, "_route"):
        route = str(pattern.pattern._route)
        for name, converter in pattern.pattern.converters.items():
            route = re.sub(rf"<(\w+:)?{name}>", SAMPLES[type(converter).__name__], route)
        return route
    text = str(pattern.pattern).strip("^$").replace("\\Z", "")
    text = re.sub(r"\(\?P<\w+>([\w|]+)\)", lambda match: match[1].split("|")[0], text)
    return "admin-catches-all" if text == "(?P<url>.*)" else text
