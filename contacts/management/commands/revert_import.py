"""`manage.py revert_import RUN [--give-back-consent --reason TEXT] [--json]`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.imports.models import ImportRun
from contacts.imports.reverting import revert_import, told_in_words
from crm.errors import Refused


class Command(BaseCommand):
    """Take a saved file back."""

    help = "Take back what a saved file did: what nobody changed since goes back, the rest stays and is named."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said on the command line."""
        parser.add_argument("run", type=int, help="the number of the import, as its page and --json show it")
        parser.add_argument(
            "--give-back-consent",
            action="store_true",
            help="the file was misread: also give back agreements it took and lift blocks that only it brought",
        )
        parser.add_argument("--reason", help="how it was misread; kept with every agreement that is given back")
        parser.add_argument("--json", action="store_true", help="print the report as JSON, alone on standard output")

    def handle(self, **options: Any) -> None:
        """Refusals leave with status 2 and one line on standard error."""
        run = ImportRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no import {options['run']}. Its number stands on its page.", returncode=2)
        if options["reason"] and not options["give_back_consent"]:
            raise CommandError("--reason belongs to --give-back-consent.", returncode=2)
        misread = (options["reason"] or "") if options["give_back_consent"] else None
        try:
            revert_import(run, misread=misread)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(report_of(run), ensure_ascii=False))
        else:
            for sentence in told_in_words(run) or ["There was nothing left to take back."]:
                self.stdout.write(sentence)


def report_of(run: ImportRun) -> dict[str, object]:
    """The report that --json prints: what was done, what stays by reason, and the rows in which something stays."""
    left = run.rows.filter(line__in=[]) if not run.revert_report["left"] else run.rows.exclude(message="")
    kept = left.filter(outcome__in=["created", "updated", "unchanged", "ambiguous"]).order_by("line")
    return {
        "run": run.pk,
        "state": run.state,
        "done": run.revert_report["done"],
        "left": run.revert_report["left"],
        "rows": list(kept.values("line", "message")),
    }
