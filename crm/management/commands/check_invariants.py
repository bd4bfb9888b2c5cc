"""Ask whether everything that must always be true is true."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crm.invariants import Answer, ask_all


class Command(BaseCommand):
    """Checks every promise; exit status 1 names the broken ones."""

    help = "Check everything that must always be true; exits with 1 and names what is not."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json` prints every answer."""
        parser.add_argument("--json", action="store_true", help="print the answers as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, tell, and exit with 1 when a promise is broken."""
        answers = ask_all()
        if options["json"]:
            self.stdout.write(json.dumps({"holds": _hold(answers), "invariants": [asdict(one) for one in answers]}))
        else:
            for answer in answers:
                self.stderr.write(_line(answer))
        if not _hold(answers):
            raise SystemExit(1)


def _hold(answers: list[Answer]) -> bool:
    return not any(answer.broken for answer in answers)


def _line(answer: Answer) -> str:
    if not answer.broken:
        return f"ok      {answer.promise}"
    more = " …" if answer.broken > len(answer.places) else ""
    return f"BROKEN  {answer.promise} ({answer.broken}: {', '.join(answer.places)}{more})"
