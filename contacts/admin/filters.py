"""The filters of the list of people."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

import contacts.criteria  # noqa: F401 — the filters ask these, and the admin opens before the app is ready
from contacts.admin.lists import criterion_filter
from contacts.models import ContactPoint, Suppression

ZIP_DIGITS = 5


class ZipFilter(TextFilter):
    """Zip codes, whole or their beginnings, one or several."""

    title = _("zip code")
    parameter_name = "zip"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those in any of the zip codes."""
        asked = Q()
        for start in (self.value() or "").replace(",", " ").split():
            asked |= Q(zip=start) if len(start) == ZIP_DIGITS else Q(zip__startswith=start[:ZIP_DIGITS])
        return queryset.filter(asked)


class ReachFilter(DropdownFilter):
    """Whether and how somebody can be reached by e-mail."""

    title = _("e-mail")
    parameter_name = "reach"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list:
        """Every way an e-mail address can be."""
        return [
            ("works", _("can be reached")),
            ("none", _("no address")),
            ("suppressed", _("must not be mailed")),
            ("broken", _("bounces or does not work")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those whose addresses are that way."""
        emails = ContactPoint.objects.emails().filter(stakeholder=OuterRef("pk"))
        stops = Suppression.objects.filter(channel="email", fingerprint=OuterRef("fingerprint"))
        match self.value():
            case "works":
                return queryset.filter(Exists(emails.mailable()))
            case "none":
                return queryset.filter(~Exists(emails))
            case "suppressed":
                return queryset.filter(Exists(emails.filter(Exists(stops))))
            case "broken":
                return queryset.filter(Exists(emails.exclude(status=ContactPoint.Status.VALID)))
        return queryset


PEOPLE_FILTERS = [
    criterion_filter("kind"),
    criterion_filter("type"),
    criterion_filter("tag"),
    criterion_filter("topic"),
    ZipFilter,
    criterion_filter("language"),
    ReachFilter,
    criterion_filter("partner"),
]
