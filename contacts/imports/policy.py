"""What a run is told about everybody in its file: how people are known again, what is done with them, what they get."""

from dataclasses import dataclass
from datetime import date

from contacts.imports.models import ImportRun, Partner


@dataclass(frozen=True)
class Policy:
    """The terms of one file; without a word it fills blanks by the narrow rule and adds nothing."""

    matches: str = ImportRun.Matches.FILL
    rule: str = ImportRun.Rule.NARROW
    blanks: bool = False
    system: str = ""
    tags: tuple[str, ...] = ()
    occasion: str = ""
    consented_on: date | None = None

    def as_fields(self) -> dict[str, object]:
        """The policy as the fields of a run; an empty cell can only empty what the file may change."""
        tags = list(
            {" ".join(tag.split()).lower(): " ".join(tag.split())[:100] for tag in self.tags if tag.strip()}.values()
        )
        return {
            "matches": self.matches,
            "rule": self.rule,
            "blanks": self.blanks and self.matches == ImportRun.Matches.UPDATE,
            "system": "-".join(self.system.lower().split())[:40],
            "tags": tags,
            "occasion": self.occasion,
            "consented_on": self.consented_on,
        }


AS_ALWAYS = Policy()


def policy_of(run: ImportRun) -> Policy:
    """The terms of a run, for another file on the same ones."""
    return Policy(run.matches, run.rule, run.blanks, run.system, tuple(run.tags), run.occasion, run.consented_on)


def latest_of(partner: Partner) -> ImportRun | None:
    """The last file of a partner that was taken, whose terms the next one most likely shares."""
    good = (ImportRun.State.CHECKED, ImportRun.State.COMMITTED)
    return partner.runs.filter(state__in=good).order_by("-created_at").first()
