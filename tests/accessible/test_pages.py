"""Nobody is kept out: WCAG 2.2 AA on the pages of the house, at a desk and on a phone, by day and by night.

The lists and their forms are found by themselves; a page with a thing in its address is named below.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, Chunk, Delivery
from tests.accessible.axe import Fault, Reader
from tests.architecture.access import rule_of
from tests.architecture.routes import every_route
from tests.campaigns.ledger import launched
from tests.public.conftest import ana, events_topic, forum, newsletter
from tests.public.conftest import house as public_house
from tests.public.test_accessible import pages as public_pages

__all__ = ["ana", "events_topic", "forum", "newsletter", "public_house", "public_pages"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ALLOWED: dict[str, str] = {}
"""A rule of axe, or the selector of an element, that cannot be kept to, and why."""
ALSO = ["admin:password_change", "crm:exports", "crm:history", "crm:promises", "campaigns:aside",
        "engagement:conversations", "engagement:log-conversation"]  # fmt: skip


def lists_and_forms() -> list[str]:
    """Every list of the back office, and the form for one more where a role may add one."""
    doors = [route.name for route in every_route() if route.name.endswith(("_changelist", "_add"))]
    return [reverse(name) for name in doors if rule_of(name)]


def of_files(files: dict[str, Any]) -> list[str]:
    """The pages of a file before it is saved, and after."""
    doors = {"review": ["change", "rows", "queue", "terms", "mapping"], "saved": ["change", "rows", "revert"]}
    return [reverse(f"admin:contacts_importrun_{door}", args=[files[at].pk]) for at in doors for door in doors[at]]


def of_things(house: dict[str, Any]) -> list[str]:
    """Pages about one event, one newsletter, one partner and so on."""
    named = {
        "admin:engagement_event_change": "event",
        "engagement:attendance": "event",
        "engagement:conversation": "talk",
        "admin:campaigns_campaign_change": "newsletter",
        "campaigns:content": "newsletter",
        "campaigns:review": "newsletter",
        "campaigns:ask": "newsletter",
        "admin:contacts_segment_change": "segment",
        "admin:contacts_partner_change": "partner",
        "admin:contacts_partnerfeed_change": "feed",
        "crm:job": "job",
    }
    return [reverse(name, args=[house[key].pk]) for name, key in named.items()]


def of_people(one: Any, other: Any) -> list[str]:
    """Somebody's page and form, and two who may be one side by side."""
    person = [reverse(f"admin:contacts_stakeholder_{door}", args=[one.pk]) for door in ("change", "edit", "erase")]
    return [*person, f"{reverse('admin:contacts_stakeholder_merge')}?ids={one.pk},{other.pk}"]


def kept_out(faults: Iterable[Fault]) -> str:
    """What nobody allowed, one below the other."""
    found = [fault for fault in faults if fault.rule not in ALLOWED and fault.where not in ALLOWED]
    return "\n".join(map(str, found))


def of_one_on_its_way() -> list[str]:
    """The pages of a newsletter that stopped half way, with a message in each state that has something to say."""
    campaign = launched(6, domain="half.example.org")
    half_way = ("accepted", "uncertain", "failed", "deferred", "skipped")
    for one, state in zip(Delivery.objects.filter(campaign=campaign).order_by("pk"), half_way, strict=False):
        Delivery.objects.filter(pk=one.pk).update(
            state=state, attempts=1, intent_at=timezone.now(), sent_at=timezone.now() if state == "accepted" else None
        )
    Chunk.objects.update(counted=False)
    Campaign.objects.filter(pk=campaign.pk).update(state="paused")
    pages = ("progress", "deliveries", "uncertain", "correction")
    return [reverse(f"campaigns:{page}", args=[campaign.pk]) for page in pages]


@pytest.fixture
def desk(page: Any, live_server: Any, client_of: Any, manager: Any) -> Any:
    """A tab in which a manager is signed in."""
    session = client_of(manager).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def test_the_back_office(desk, house, files, pair):
    addresses = [*map(reverse, ALSO), *lists_and_forms(), *of_files(files), *of_things(house), *of_people(*pair)]
    addresses += [reverse("campaigns:why", args=[house["newsletter"].pk, pair[0].pk])]
    addresses += of_one_on_its_way()
    addresses += ["/search/?q=diaz", reverse("crm:export", args=["people"])]
    reader = Reader(desk)
    faults = reader.faults_of(reverse("admin:index"), menu=True)
    faults += [fault for address in addresses for fault in reader.faults_of(address)]
    assert not kept_out(faults), "\n" + kept_out(faults)


def test_what_members_see(page, public_pages, forum):
    addresses = [*public_pages, "/events/", f"/events/{forum.slug}/", "/admin/login/", reverse("crm:forgot")]
    reader = Reader(page)
    faults = [fault for address in addresses for fault in reader.faults_of(address, statuses=(200, 404, 410))]
    assert not kept_out(faults), "\n" + kept_out(faults)
