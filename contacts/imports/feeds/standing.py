"""How a feed stands, in a word and a sentence."""

from django.db.models import Q
from django.utils.translation import gettext as _

from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRun

OFF, WAITS, TROUBLE, FINE = "off", "waits", "trouble", "fine"
LEFT = (ImportRun.State.REFUSED, ImportRun.State.FAILED)
"""What became of a file that could not be taken; it stays said until a better one comes."""


def standing_of(feed: PartnerFeed) -> str:
    """Whether it is switched off, waits for somebody, could not be read, or is fine."""
    if not feed.active:
        return OFF
    about = feed.asks_about
    if about is not None and about.state in (*ImportRun.OPEN, *LEFT):
        return WAITS
    return TROUBLE if feed.failures else FINE


def in_words(standing: str) -> str:
    """The standing for people."""
    words = {OFF: _("switched off"), WAITS: _("waits for you"), TROUBLE: _("cannot be read"), FINE: _("all is well")}
    return words[standing]


def why(feed: PartnerFeed) -> list[str]:
    """The sentences that say why it stopped."""
    about = feed.asks_about
    return (feed.stopped_because or (about.refusal if about else "")).splitlines()


def troubled_feeds() -> list[PartnerFeed]:
    """Feeds that somebody should look at."""
    told = ~Q(stopped_because="") | Q(asks_about__state__in=LEFT)
    feeds = PartnerFeed.objects.filter(told, active=True).select_related("partner", "asks_about")
    return [feed for feed in feeds if standing_of(feed) in (WAITS, TROUBLE)]
