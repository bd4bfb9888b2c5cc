"""The verbs of feeds: read what is due, save what needs nobody, stop and ask for the rest."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.imports.actions import receive_file
from contacts.imports.asking import ask_for_check, ask_for_commit
from contacts.imports.errors import NotReady
from contacts.imports.feeds import folder, web
from contacts.imports.feeds.errors import Trouble, WrongPlace
from contacts.imports.feeds.found import Found
from contacts.imports.feeds.judging import codes_to_tick, reasons_to_ask
from contacts.imports.feeds.letters import tell_owner
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRun
from contacts.imports.policy import Policy
from contacts.imports.staging import drop_staging
from contacts.imports.warnings.ticks import tick_warnings
from crm.bell import ring

log = logging.getLogger(__name__)
State = ImportRun.State
PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
LEASE = timedelta(minutes=15)
"""For how long a claimed feed is nobody else's; longer than the slowest download may take."""
TOLD_AFTER = 3
"""Failures in a row after which the owner is told; a short outage bothers nobody."""
SETTLED = (State.CHECKED, State.ASKING, State.REFUSED, State.FAILED)


def ask_to_read(feed: PartnerFeed, *, by) -> None:
    """Let a feed be read at once; a worker is rung. Raises NotReady while a file of it waits for somebody."""
    open_run = feed.runs.filter(state__in=ImportRun.OPEN).first()
    if open_run:
        raise NotReady(_("A file of this feed waits already: %(file)s.") % {"file": open_run.original_name})
    if not feed.active:
        raise NotReady(_("This feed is switched off."))
    feed.next_at = timezone.now()
    feed.save(update_fields=["next_at"])
    ring("contacts.tasks.read_feeds")


@transaction.atomic
def leave_file_out(feed: PartnerFeed, *, by) -> None:
    """Do without the file that waits for somebody, so that the feed reads on. Raises NotReady."""
    waiting = feed.runs.filter(state__in=[State.CHECKED, State.ASKING])
    run = waiting.select_for_update(of=("self",)).order_by("-pk").first()
    if run is None:
        raise NotReady(_("No file of this feed waits for anybody."))
    drop_staging(run)
    run.state = State.CANCELLED
    run.save(update_fields=["state"])


@transaction.atomic
def claim_due_feed(*, only: int | None = None) -> PartnerFeed | None:
    """Take the feed that is due longest; while it is read, nobody else takes it."""
    now = timezone.now()
    due = PartnerFeed.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    if only is not None:
        due = due.filter(pk=only)
    feed = due.select_related("partner", "by").order_by("next_at").first()
    if feed:
        feed.next_at = now + LEASE
        feed.save(update_fields=["next_at"])
    return feed


def read_feed(feed: PartnerFeed) -> ImportRun | None:
    """Fetch the file of a claimed feed and leave word that it is to be checked; None when there is nothing new."""
    try:
        found = _fetched(feed)
    except (Trouble, WrongPlace) as trouble:
        _note_trouble(feed, str(trouble))
        return None
    if found is None:
        _note(feed, failures=0)
        return None
    with found, transaction.atomic():
        PartnerFeed.objects.select_for_update().get(pk=feed.pk)
        if ImportRun.objects.filter(feed=feed, sha256=found.sha256).exists():
            _note(feed, failures=0, etag=found.etag, modified=found.modified)
            return None
        return _receive(feed, found)


def settle_feed_run(run: ImportRun) -> bool:
    """Save a checked file of a feed when nothing about it needs a person (True), else stop and ask."""
    with transaction.atomic():
        feed = PartnerFeed.objects.select_for_update(of=("self",)).select_related("by", "partner").get(runs=run.pk)
        run = ImportRun.objects.select_related("partner").get(pk=run.pk)
        if run.state not in SETTLED or feed.asks_about_id == run.pk:
            return False
        reasons = reasons_to_ask(run, feed)
        if reasons:
            feed.stopped_because, feed.asks_about = "\n".join(reasons), run
            feed.save(update_fields=["stopped_because", "asks_about"])
            tell_owner(feed, run)
            return False
        tick_warnings(run, codes_to_tick(run, feed), by=feed.by)
        ask_for_commit(run, by=feed.by)
        ring("contacts.tasks.commit_import", run.pk)
    return True


def unsettled_feed_runs() -> list[int]:
    """The latest files of feeds that were checked and of which nobody said yet what becomes of them."""
    runs = ImportRun.objects.filter(feed__isnull=False, state__in=SETTLED)
    runs = runs.filter(Q(feed__asks_about=None) | ~Q(feed__asks_about=F("pk")))
    latest = runs.filter(sha256=F("feed__last_sha256"))
    return list(latest.values_list("pk", flat=True))


def _fetched(feed: PartnerFeed) -> Found | None:
    if feed.kind == PartnerFeed.Kind.FOLDER:
        return folder.newest(feed.partner, feed.location)
    return web.download(feed.location, etag=feed.etag, modified=feed.modified)


def _receive(feed: PartnerFeed, found: Found) -> ImportRun:
    run = receive_file(
        found.as_file(),
        partner=feed.partner,
        topics=feed.topics.all(),
        wording=feed.consent_wording,
        policy=Policy(matches=feed.matches, system=feed.system, tags=tuple(feed.tags)),
        name=found.name,
        door=ImportRun.Door.FEED,
        feed=feed,
        by=feed.by,
    )
    ask_for_check(run, by=feed.by)
    _note(feed, failures=0, last_sha256=run.sha256, etag=found.etag, modified=found.modified, asks_about=None)
    ring("contacts.tasks.check_received_file", run.pk)
    return run


def _note(feed: PartnerFeed, **facts: object) -> None:
    """What came of reading it, and when it is read next."""
    now = timezone.now()
    facts |= {"read_at": now, "next_at": now + PERIODS[feed.every], "stopped_because": ""}
    _keep(feed, facts)


def _note_trouble(feed: PartnerFeed, why: str) -> None:
    """It is tried again sooner than usual: after half an hour, then twice as long each time."""
    failures = min(feed.failures + 1, 1000)
    pause = min(timedelta(minutes=30) * 2 ** min(failures - 1, 10), PERIODS[feed.every])
    log.warning("Feed %s could not be read (%d times in a row)", feed.pk, failures)
    _keep(feed, {"failures": failures, "stopped_because": why, "next_at": timezone.now() + pause})
    if failures == TOLD_AFTER:
        tell_owner(feed, None)


def _keep(feed: PartnerFeed, facts: dict[str, object]) -> None:
    for name, value in facts.items():
        setattr(feed, name, value)
    feed.save(update_fields=list(facts))
