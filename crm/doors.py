"""How a page of the back office lets people in."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.models import User
from crm.policy import relaxed

View = Callable[..., HttpResponse]


def back_office(*permissions: str) -> Callable[[View], View]:
    """Let in people of the house who hold any of `permissions`; without any named, every one of them.

    Others are sent to sign in, or told that the page is not for them.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            if not admin.site.has_permission(request):
                raise PermissionDenied
            if permissions and not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return relaxed(view(request, *args, **kwargs))

        return guarded

    return decorate


def person(request: HttpRequest) -> User:
    """Who is signed in; for pages behind a door that asked already."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def page(request: HttpRequest, template: str, context: dict, **more: object) -> HttpResponse:
    """Render `template` (which extends crm/page.html) inside the back office's frame; give it a `title`."""
    return render(request, template, {**admin.site.each_context(request), **context}, **more)  # type: ignore[arg-type]
