"""`manage.py load_demo`: an invented Charlotte to try everything on; safe to run twice."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo import newsletter, story
from config.health.questions import worker
from contacts.models import ImportRun
from crm.models import User
from engagement.models import Event

NAMES = {
    "manager": ("Mona", "Manager"),
    "staff": ("Stella", "Staff"),
    "organizer": ("Oscar", "Organizer"),
    "partner": ("Paula", "Partner"),
    "analyst": ("Ana", "Analyst"),
}


class Command(BaseCommand):
    """Load the demo through the product's own doors and say how long each part took."""

    help = "Load invented people, events, conversations and a newsletter, through the product's own doors."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json` prints the figures alone on standard output."""
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load chapter by chapter; what is there already is left as it is."""
        say: Callable[[str], None] = self.stderr.write if options["json"] else self.stdout.write
        self.seconds: dict[str, float] = {}
        if not hasattr(settings, "DEMO_SIGN_INS"):
            raise CommandError("The demo is for trying things out; these settings have no sign-ins for it.")
        users = make_sign_ins()
        figures = self._load(say, users)
        if options["json"]:
            self.stdout.write(json.dumps({**figures, "seconds": self.seconds}))

    def _load(self, say: Callable[[str], None], users: dict[str, User]) -> dict[str, int]:
        figures: dict[str, int] = {}
        if not ImportRun.objects.filter(partner__name=story.PARTNER_FILES[-1].partner, state="committed").exists():
            with self._chapter(say, "Importing three partner files"):
                figures["created"] = story.import_partner_files(say, users["staff"])
                story.give_partner_its_people(users["partner"])
        if not Event.objects.exists():
            with self._chapter(say, "Holding events"):
                figures["registrations"] = story.hold_events(say, users["organizer"])
        with self._chapter(say, "Logging On the Table conversations"):
            figures["conversations"] = story.hold_conversations(say, users["organizer"])
        with self._chapter(say, "Sending a newsletter"):
            event = Event.objects.filter(featured=True).latest("starts_at")
            campaign = newsletter.write_letter(event.pk, users["staff"])
            figures["accepted"] = newsletter.send_letter(campaign, say, worker=worker() == "ok", by=users["staff"])
        return figures

    @contextmanager
    def _chapter(self, say: Callable[[str], None], title: str) -> Iterator[None]:
        started = time.monotonic()
        say(f"{title} …")
        yield
        self.seconds[title] = round(time.monotonic() - started, 1)
        say(f"  done in {self.seconds[title]} s")


def make_sign_ins() -> dict[str, User]:
    """One user a role, with the address and password that `make run` prints; one that is there keeps its own."""
    users = {}
    for role, email in settings.DEMO_SIGN_INS.items():
        first, last = NAMES[role]
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, settings.DEMO_PASSWORD, first_name=first, last_name=last, is_staff=True
        )
        user.groups.add(Group.objects.get(name=role))
        users[role] = user
    return users
