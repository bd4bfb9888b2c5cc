"""`manage.py unmerge ID [--json]`: take two apart that were merged."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.identity.merging import unmerge
from contacts.identity.merging.telling import sentences
from contacts.models import StakeholderMerge
from crm.errors import Refused


class Command(BaseCommand):
    """Restore both of a merge."""

    help = "Take a merge back: both are in the book again; what happened since stays where it belongs and is named."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which merge."""
        parser.add_argument("merge", type=int, metavar="ID", help="number of the merge, as the command merge told it")
        parser.add_argument("--json", action="store_true", help="answer with JSON alone on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refusals leave with status 2 and one line on standard error."""
        merge = StakeholderMerge.objects.filter(pk=options["merge"]).first()
        if merge is None:
            raise CommandError(f"There is no merge {options['merge']}. Look at the person's page.", returncode=2)
        try:
            report = unmerge(merge, by=None)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if options["json"]:
            self.stdout.write(json.dumps({"merge": merge.pk, **report}))
            return
        self.stdout.write(f"{report['merged']} and {report['survivor']} are two again.")
        for sentence in sentences(report):
            self.stdout.write(sentence)
