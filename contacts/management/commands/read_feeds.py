"""`manage.py read_feeds [--feed NUMBER] [--json]`."""

import json
from collections.abc import Iterator
from contextlib import suppress

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.imports.actions import State, check_import, commit_import
from contacts.imports.errors import Unreadable
from contacts.imports.feeds.actions import ask_to_read, claim_due_feed, read_feed, settle_feed_run
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRun
from crm.errors import Refused


class Command(BaseCommand):
    """Read the feeds that are due, here and now, without a worker."""

    help = "Read the feeds of partners that are due (or one of them), save what may be saved, say what waits."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said on the command line."""
        parser.add_argument("--feed", type=int, help="only this one, and at once")
        parser.add_argument("--json", action="store_true", help="print the report as JSON, alone on standard output")

    def handle(self, **options: object) -> None:
        """One line a feed; leaves with status 1 when one could not be read."""
        told = list(self._read(options["feed"]))  # type: ignore[arg-type]
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for one in told:
                self.stdout.write(f"{one['feed']} {one['partner']}: {one['outcome']} {one['why']}".rstrip())
        if any(one["outcome"] == "trouble" for one in told):
            raise CommandError("A feed could not be read. It is tried again.", returncode=1)

    def _read(self, only: int | None) -> Iterator[dict[str, object]]:
        if only is not None:
            try:
                ask_to_read(PartnerFeed.objects.get(pk=only), by=None)
            except PartnerFeed.DoesNotExist as error:
                raise CommandError(f"There is no feed {only}.", returncode=2) from error
            except Refused as refusal:
                raise CommandError(str(refusal), returncode=2) from refusal
        while feed := claim_due_feed(only=only):
            run = read_feed(feed)
            outcome = _finish(run) if run else "trouble" if feed.failures else "nothing new"
            feed.refresh_from_db()
            yield {
                "feed": feed.pk,
                "partner": str(feed.partner),
                "outcome": outcome,
                "run": run.pk if run else None,
                "why": feed.stopped_because,
            }


def _finish(run: ImportRun) -> str:
    """Check the file, and save it when nobody has to look; says which of both it came to."""
    with suppress(Unreadable):  # the run keeps the reason, and the feed asks about it
        check_import(run)
    if settle_feed_run(run):
        run.refresh_from_db()
        commit_import(run, by=run.by)
    run.refresh_from_db(fields=["state"])
    return "saved" if run.state == State.COMMITTED else "waits"
