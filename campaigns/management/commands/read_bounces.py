"""`manage.py read_bounces [FOLDER | -] [--dry-run] [--json]`."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from campaigns.actions.bounces import BeingRead, Busy, Turn, read_bounces, shelf_of
from campaigns.bounces.places.addresses import NOBODYS, BadPlace, place_at, place_in
from campaigns.bounces.places.piped import Piped
from campaigns.bounces.places.place import Place, PlaceTrouble, Shelf

TRY_AGAIN = 75
"""By this status (EX_TEMPFAIL) a mail server knows that it must come again with its mail."""
SAID = {
    "bounced": "nobody has the address",
    "soft_bounced": "came back for the time being",
    "deferred": "still on the way",
    "failed": "refused for what it is; the address may work",
    "complained": "marked as spam",
    "unsubscribed": "wants nothing more",
    "delivered": "arrived",
    "accepted": "passed on",
    "nothing": "reports that change nothing",
    "automatic": "automatic answers",
    "letter": "letters, left for somebody to read",
    "unproven": "without a proof which message they are about",
    "unknown": "about a message that is not there any more",
    "unreadable": "cannot be read",
}
"""Every outcome in words, in the order in which they are told."""


class Command(BaseCommand):
    """A thin door: choose the place, read it once, tell what came of it."""

    help = (
        "Read what came back by mail: from BOUNCES_URL, from a folder (a Maildir, or a file for each mail), or one "
        "mail from standard input (-). What was understood goes to “Processed”, what a person should see to "
        "“Set aside”; letters stay, nothing is deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, and how it is told."""
        parser.add_argument("place", nargs="?", help="a folder, or - for one mail on standard input")
        parser.add_argument("--dry-run", action="store_true", help="only count what would become of them")
        parser.add_argument("--json", action="store_true", help="print the report as JSON, alone on standard output")

    def handle(self, **options: Any) -> None:
        """Status 1 when the place cannot be read, 75 when a mail server shall come again."""
        piped = options["place"] == "-"
        try:
            turn = read_bounces(_place(options["place"]), looking=options["dry_run"])
        except BadPlace as why:
            raise CommandError(str(why), returncode=2) from why
        except PlaceTrouble as why:
            raise CommandError(str(why), returncode=TRY_AGAIN if piped else 1) from why
        except BeingRead:
            self.stderr.write("Another reader is at it; nothing was done.")
            return
        except Busy as why:
            said = "The newsletters that these mails are about are being changed; nothing is lost, read again later."
            raise CommandError(said, returncode=TRY_AGAIN if piped else 1) from why
        except (OperationalError, InterfaceError) as why:
            said = f"The database does not answer ({type(why).__name__}); nothing is lost, read again later."
            raise CommandError(said, returncode=TRY_AGAIN if piped else 1) from why
        if options["json"]:
            told = {"mails": turn.mails, "outcomes": dict(sorted(turn.counts.items())), "aside": turn.aside}
            self.stdout.write(json.dumps(told | {"dry_run": options["dry_run"]}))
        elif not piped or options["dry_run"]:
            self._tell(turn, dry=options["dry_run"])

    def _tell(self, turn: Turn, *, dry: bool) -> None:
        if not turn.mails:
            self.stdout.write("No mail came back.")
        for outcome, said in SAID.items():
            if count := turn.counts[outcome]:
                aside = (" (would be set aside)" if dry else " (set aside)") if _goes_aside(outcome) else ""
                self.stdout.write(f"{count:>6}  {said}{aside}")
        if dry and turn.mails:
            self.stdout.write("Nothing was changed.")


def _goes_aside(outcome: str) -> bool:
    return shelf_of(outcome) is Shelf.ASIDE


def _place(named: str | None) -> Place:
    if named == "-":
        return Piped(sys.stdin.buffer, settings.BOUNCES_KEPT)
    if named is not None:
        return place_in(named)
    if settings.BOUNCES_URL in NOBODYS:
        raise BadPlace("BOUNCES_URL is not set; name a folder, or - for one mail on standard input.")
    return place_at(settings.BOUNCES_URL)
