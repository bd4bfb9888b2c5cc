"""A newsletter as a page, for whom the mail program shows it badly; cannot run scripts."""

from datetime import datetime

from csp.constants import NONE, UNSAFE_INLINE
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.content.merge import FIELDS, splice
from campaigns.models import Delivery, Variant
from campaigns.viewing import read_view_token, view_url
from contacts.identity.current import whose_it_was
from contacts.leaving import leave_token, leave_url, preferences_token, preferences_url
from crm.links import BadLink, ExpiredLink, public_url

SEALED = {
    "default-src": [NONE],
    "img-src": ["https:", "http:", "data:"],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
"""No script, no form, no frame: the page has an origin of its own and can only be read."""


@require_safe
def newsletter(request: HttpRequest, token: str) -> HttpResponse:
    """What one person was sent, with their values, from the frozen content."""
    try:
        link = read_view_token(token)
    except ExpiredLink:
        return _too_old(request)
    except BadLink as error:
        raise Http404(_("This link is not complete.")) from error
    delivery = Delivery.objects.select_related("stakeholder", "campaign").filter(pk=link.payload[0]).first()
    if delivery is None:
        raise Http404(_("This newsletter is no longer kept."))
    values = values_of(delivery, token, link.made_at)
    response = sealed(splice(_variant(delivery).html, values, escape="html"))
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def sealed(html: str) -> HttpResponse:
    """A page that cannot run scripts, whatever is in it."""
    response = HttpResponse(html)
    response._csp_config = SEALED  # type: ignore[attr-defined]
    return response


def values_of(delivery: Delivery, token: str, made_at: datetime) -> dict[str, str]:
    """The merge values of who got it; links are as old as the message, somebody erased is greeted by the fallbacks."""
    person, campaign = (
        delivery.stakeholder or whose_it_was("campaigns.Delivery.stakeholder", delivery.pk),
        delivery.campaign,
    )
    links = {"browser_url": view_url(token)}
    if person is None:
        return links | dict.fromkeys(("unsubscribe_url", "preferences_url"), public_url("/"))
    leave = leave_token(person.pk, campaign.topic_id, f"campaign:{campaign.pk}", made_at=made_at)
    links["unsubscribe_url"] = leave_url(leave)
    links["preferences_url"] = preferences_url(preferences_token(person.pk, made_at=made_at))
    return links | {name: getattr(person, name) for name in FIELDS}


def _too_old(request: HttpRequest) -> HttpResponse:
    """Say kindly that the page closed, and where news and one's choices are now."""
    context = {
        "title": _("This newsletter has left the browser"),
        "paragraphs": [
            _("Its page was open for half a year. The mail it came in is still yours."),
            _("If you want to change what you receive, we gladly mail you a fresh link."),
        ],
        "action_url": reverse("contacts:preferences-link"),
        "action": _("Mail me a fresh link"),
    }
    return render(request, "public/message.html", context, status=410)


def _variant(delivery: Delivery) -> Variant:
    variants = {variant.language: variant for variant in delivery.campaign.variants.all()}
    variant = variants.get(delivery.language) or variants.get("en") or next(iter(variants.values()), None)
    if variant is None:
        raise Http404(_("This newsletter is no longer kept."))
    return variant
