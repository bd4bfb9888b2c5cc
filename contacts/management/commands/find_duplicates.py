"""`manage.py find_duplicates [--full] [--json]`."""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.identity.scan import BeingScanned, scan


class Command(BaseCommand):
    """Bring the list of pairs that may be one up to date."""

    help = "Look for people and organisations who stand in the book twice; a person decides about each pair."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said on the command line."""
        parser.add_argument("--full", action="store_true", help="compare everybody anew, not only who changed")
        parser.add_argument(
            "--json", action="store_true", help="print what came of it as JSON, alone on standard output"
        )

    def handle(self, **options: object) -> None:
        """Leaves with status 2 while another scan runs."""
        try:
            report = scan(full=bool(options["full"]), told=lambda percent, message: self._tell(options, message))
        except BeingScanned as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report)))
            return
        self.stdout.write(
            f"{report.looked_at} of {report.people} looked at in {report.seconds} s: "
            f"{report.pairs} pairs may be one, {report.new} of them are new."
        )
        for kind, keys in report.crowded.items():
            self.stdout.write(f"Passed over: {keys} × {kind}, shared by too many to say anything.")

    def _tell(self, options: dict, message: str) -> None:
        if not options["json"] and int(options["verbosity"]) > 1:
            self.stderr.write(message)
