"""A newsletter as a page, for whom the mail program shows it badly; cannot run scripts."""

from csp.constants import NONE, UNSAFE_INLINE
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns.content.merge import FIELDS, splice
from campaigns.models import Delivery, Variant
from contacts.leaving import leave_token, preferences_token
from crm.links import BadLink, public_url, read, sign

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
        (pk,) = read("browser", token)
    except (BadLink, ValueError) as error:
        raise Http404(_("This link is not complete.")) from error
    delivery = Delivery.objects.select_related("stakeholder", "campaign").filter(pk=pk).first()
    if delivery is None:
        raise Http404(_("This newsletter is no longer kept."))
    response = sealed(splice(_variant(delivery).html, values_of(delivery, token), escape="html"))
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def sealed(html: str) -> HttpResponse:
    """A page that cannot run scripts, whatever is in it."""
    response = HttpResponse(html)
    response._csp_config = SEALED  # type: ignore[attr-defined]
    return response


def values_of(delivery: Delivery, token: str) -> dict[str, str]:
    """The merge values of who got it; links still work, and somebody erased is greeted by the fallbacks."""
    person = delivery.stakeholder
    links = {"browser_url": public_url(f"/newsletters/{token}/")}
    if person is None:
        return links | dict.fromkeys(("unsubscribe_url", "preferences_url"), public_url("/"))
    leave = leave_token(person.pk, delivery.campaign.topic_id, origin=f"campaign:{delivery.campaign_id}")
    links["unsubscribe_url"] = public_url(f"/leave/{leave}/")
    links["preferences_url"] = public_url(f"/preferences/{preferences_token(person.pk)}/")
    return links | {name: getattr(person, name) for name in FIELDS}


def browser_url(delivery: Delivery) -> str:
    """The signed address of this page for one delivery."""
    return public_url(f"/newsletters/{sign('browser', [delivery.pk])}/")


def _variant(delivery: Delivery) -> Variant:
    variants = {variant.language: variant for variant in delivery.campaign.variants.all()}
    variant = variants.get(delivery.language) or variants.get("en") or next(iter(variants.values()), None)
    if variant is None:
        raise Http404(_("This newsletter is no longer kept."))
    return variant
