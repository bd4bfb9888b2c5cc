"""`manage.py segment`: how many people a definition means."""

import json

from django.core.management.base import BaseCommand, CommandError

from contacts.segments.compiler import people_of
from contacts.segments.counting import count
from contacts.segments.describing import describe
from contacts.segments.errors import InvalidDefinition


class Command(BaseCommand):
    """Count, and with --ids list, the people a segment's definition means."""

    help = "How many people and organisations a definition means; exit status 2 when it cannot be read."

    def add_arguments(self, parser) -> None:
        """The definition, and how to answer."""
        parser.add_argument("--definition", required=True, metavar="JSON", help="the rules, as JSON")
        parser.add_argument("--ids", action="store_true", help="list their numbers too")
        parser.add_argument("--json", action="store_true", help="answer with JSON alone on standard output")

    def handle(self, *args, **options) -> None:
        """Read, count, answer."""
        try:
            definition = json.loads(options["definition"])
            people = people_of(definition)
        except (ValueError, RecursionError) as error:
            raise CommandError(f"The definition is not JSON: {error}", returncode=2) from error
        except InvalidDefinition as error:
            raise CommandError(str(error), returncode=2) from error
        answer: dict[str, object] = {"count": count(people)}
        if options["ids"]:
            answer["ids"] = list(people.order_by("pk").values_list("pk", flat=True))
            answer["count"] = len(answer["ids"])  # type: ignore[arg-type]
        self.stdout.write(json.dumps(answer) if options["json"] else self._words(definition, answer))

    def _words(self, definition: object, answer: dict) -> str:
        ids = "".join(f"\n{pk}" for pk in answer.get("ids", []))
        return f"{describe(definition)}: {answer['count']}{ids}"
