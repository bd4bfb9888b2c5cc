"""`manage.py forget_old_files [--json]`."""

import json

from django.core.management.base import BaseCommand, CommandParser

from contacts.imports.keeping.over import forget_old_files
from contacts.imports.keeping.strays import remove_strays


class Command(BaseCommand):
    """Do here and now what the clock does every six hours."""

    help = "Remove partners' files whose time is over, and files that nobody knows of any more."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said on the command line."""
        parser.add_argument("--json", action="store_true", help="print the report as JSON, alone on standard output")

    def handle(self, **options: object) -> None:
        """Figures only."""
        told = {"files": forget_old_files(), "strays": remove_strays()}
        if options["json"]:
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(f"{told['files']} files whose time was over, {told['strays']} that nobody knew of.")
