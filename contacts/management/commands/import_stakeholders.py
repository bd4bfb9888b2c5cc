"""`manage.py import_stakeholders FILE --partner NAME [--topic SLUG ...] [--policy fill|update|skip] [--system NAME]
[--tag TAG ...] [--occasion EVENT] [--mapping FILE] [--encoding NAME] [--sheet NAME] [--commit] [--json]`."""

import json
import sys
from pathlib import Path

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser

from contacts.imports.actions import check_import, commit_import, partner_named, receive_file, topics_named
from contacts.imports.mapping.choosing import map_received, read_mapping_file
from contacts.imports.models import ImportRun
from contacts.imports.occasions import name_of_occasion, occasion_named
from contacts.imports.policy import Policy
from contacts.imports.questions import answer_import
from contacts.imports.warnings.ticks import texts_of
from crm.errors import Refused

OUTCOMES = ("created", "updated", "unchanged", "rejected", "ambiguous")


class Command(BaseCommand):
    """Check a partner's file, and with --commit save it."""

    help = "Read a partner's CSV or Excel file, say what it would change, and with --commit write it into the book."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be said on the command line."""
        parser.add_argument("file", help="a CSV, TSV, .xlsx or .ods file, or a .zip of one")
        parser.add_argument("--partner", required=True, help="who sent it; made when new")
        parser.add_argument(
            "--topic", action="append", default=[], metavar="SLUG", help="a topic these people agreed to"
        )
        parser.add_argument(
            "--mapping", metavar="FILE", help='JSON: {"columns": {heading: field}, "values": {"types": {word: name}}}'
        )
        parser.add_argument("--encoding", default="", metavar="NAME", help="such as cp1252; else guessed")
        parser.add_argument("--sheet", default="", metavar="NAME", help="of a workbook; else the likeliest")
        parser.add_argument(
            "--policy",
            choices=ImportRun.Matches.values,
            default=ImportRun.Matches.FILL,
            help="what is done with people in the book: fill blanks (else), update to what the file says, or skip them",
        )
        parser.add_argument("--system", default="", metavar="NAME", help="whose numbers the people carry: salesforce")
        parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="for everybody in the file")
        parser.add_argument(
            "--occasion", default="", metavar="EVENT", help="what they came to: an event's number or short name"
        )
        parser.add_argument("--commit", action="store_true", help="write; without it nothing is changed")
        parser.add_argument("--json", action="store_true", help="print the report as JSON, alone on standard output")

    def handle(self, **options: object) -> None:
        """Refusals leave with status 2 and one line on standard error."""
        try:
            run = self._run(options)
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        report = report_of(run)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self._tell(report, bool(options["commit"]))

    def _run(self, options: dict) -> ImportRun:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}. Check the name and try again.", returncode=2)
        topics, policy = topics_named(options["topic"]), _policy(options)
        chosen = read_mapping_file(Path(options["mapping"])) if options["mapping"] else None
        with path.open("rb") as file:
            run = receive_file(
                File(file, name=path.name),
                partner=partner_named(options["partner"]),
                topics=topics,
                policy=policy,
                door=ImportRun.Door.COMMAND,
            )
        said = {key: options[key] for key in ("encoding", "sheet") if options[key]}
        if said:
            run = answer_import(run, said, by=None)
        if chosen:
            run = map_received(run, *chosen)
        return commit_import(run) if options["commit"] else check_import(run)

    def _tell(self, report: dict, committed: bool) -> None:
        if report["occasion"]:
            self.stdout.write(f"They came to: {report['occasion']['name']}")
        self.stdout.write(f"{report['rows']} rows: " + ", ".join(f"{report[name]} {name}" for name in OUTCOMES))
        for warning in report["warnings"]:
            self.stdout.write(f"Look at this: {warning}")
        for error in report["errors"][:20]:
            column = f", {error['column']}" if error["column"] else ""
            self.stdout.write(f"Line {error['line']}{column}: {error['message']}")
        if len(report["errors"]) > 20:
            self.stdout.write(f"… and {len(report['errors']) - 20} more rows that were rejected.")
        if not committed:
            sys.stderr.write("Nothing was changed. Run it again with --commit to save.\n")


def _policy(options: dict) -> Policy:
    """The terms as they were said; raises UnknownOccasion."""
    return Policy(
        matches=options["policy"],
        system=options["system"],
        tags=tuple(options["tag"]),
        occasion=occasion_named(options["occasion"]) if options["occasion"] else "",
    )


def report_of(run: ImportRun) -> dict[str, object]:
    """The report that --json prints; `rows` is the sum of the five outcomes."""
    rejected = run.rows.filter(outcome="rejected").order_by("line").values("line", "column", "message")
    return {
        "run": run.pk,
        "occasion": {"key": run.occasion, "name": name_of_occasion(run)} if run.occasion else None,
        "rows": sum(run.counts[name] for name in OUTCOMES),
        **{name: run.counts[name] for name in OUTCOMES},
        "warnings": texts_of(run),
        "errors": list(rejected),
    }
