"""What is wrong with a definition, where, and in whose words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.errors import Refused

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; `path` leads through the JSON to the place, such as ("all", 1, "not")."""

    path: Path
    message: str

    @property
    def place(self) -> str:
        """The place as people count: “rule 2”, or “rule 2, inside it rule 1”; empty for the whole."""
        numbers = [step + 1 for step in self.path if isinstance(step, int)]
        return _(", inside it ").join(_("rule %(number)d") % {"number": number} for number in numbers)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class InvalidDefinition(Refused):
    """A definition cannot be read; `problems` says everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = problems
