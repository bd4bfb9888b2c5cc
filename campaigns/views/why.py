"""Why did or didn't this person get this newsletter: find somebody, then read the answer."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.answers import findings, got_it, headline
from campaigns.evidence import timeline
from campaigns.models import Campaign
from campaigns.sending.telling.why import facts_about
from contacts.identity.current import current_id
from contacts.models import ContactPoint, Stakeholder
from crm.doors import back_office, page

DELIVERIES = "campaigns.view_delivery"
MOST = 20
EMAILS = ContactPoint.objects.emails().order_by("-is_primary", "pk")
"""They tell two people of one name apart."""


@back_office(DELIVERIES)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Find somebody by name or address; asked by POST, so that neither stands in a web address."""
    campaign = get_object_or_404(Campaign, pk=pk)
    words = request.POST.get("who", "").strip()[:200]
    people = Stakeholder.objects.visible_to(request.user).search(words).order_by("name", "pk")
    people = people.prefetch_related(Prefetch("contact_points", EMAILS, to_attr="emails"))
    found = list(people[: MOST + 1]) if words else []
    if len(found) == 1:
        return redirect("campaigns:why", pk=pk, person=found[0].pk)
    context = {
        "title": _("Why did somebody get “%(name)s”, or why not?") % {"name": campaign.name},
        "campaign": campaign,
        "words": words,
        "found": found[:MOST],
        "more": len(found) > MOST,
    }
    return page(request, "campaigns/ask.html", context)


@back_office(DELIVERIES)
@require_safe
def why(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    """The answer in one sentence, what decided it, and what the ledger says."""
    campaign = get_object_or_404(Campaign.objects.select_related("topic", "launched_by", "corrects"), pk=pk)
    seen = Stakeholder.objects.visible_to(request.user)
    asked = seen.filter(pk=person).first() or get_object_or_404(seen, pk=current_id(person))
    facts = facts_about(campaign, asked)
    context = {
        "title": _("%(person)s and “%(name)s”") % {"person": asked, "name": campaign.name},
        "campaign": campaign,
        "person": asked,
        "headline": headline(facts),
        "good": got_it(facts),
        "findings": findings(facts),
        "delivery": facts.delivery,
        "timeline": timeline(facts.delivery) if facts.delivery else [],
    }
    return page(request, "campaigns/why.html", context)
