"""`manage.py merge A B [C …] [--by-field zip=B …] [--json]`: B becomes a part of A."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.identity.merging import merge_all, named
from contacts.identity.merging.telling import told_of
from crm.errors import Refused


class Command(BaseCommand):
    """Merge people, or organisations, who are one."""

    help = (
        "Make B (and more) a part of A: all of it moves, the newest value of each field and the stricter consent win."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who stays, who becomes a part of them, and whose values are kept."""
        parser.add_argument("survivor", type=int, metavar="A", help="number of the one that stays")
        parser.add_argument("merged", type=int, nargs="+", metavar="B", help="number of who becomes a part of them")
        parser.add_argument(
            "--by-field", action="append", default=[], metavar="FIELD=NUMBER", help="whose value of a field is kept"
        )
        parser.add_argument("--json", action="store_true", help="answer with JSON alone on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refusals leave with status 2 and one line on standard error."""
        people = named([options["survivor"], *options["merged"]])
        fields = dict(_choice(words) for words in options["by_field"])
        try:
            merges = merge_all(people[0], people[1:], fields=fields, by=None)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        told = [told_of(merge) for merge in merges]
        if options["json"]:
            self.stdout.write(json.dumps(told[0] if len(told) == 1 else told))
            return
        for one in told:
            moved = sum(one["moved"].values())
            self.stdout.write(f"{one['merged']} is part of {one['survivor']} now: {moved} rows moved.")
            self.stdout.write(f"To take them apart again: manage.py unmerge {one['merge']}")


def _choice(words: str) -> tuple[str, int]:
    field, _equals, pk = words.partition("=")
    if not pk.isdigit():
        raise CommandError(f"“{words}” says no number: write for example zip=12.", returncode=2)
    return field, int(pk)
