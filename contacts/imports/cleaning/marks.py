"""What a row says about writing to somebody."""

from contacts.imports.mapping.columns import Column
from contacts.imports.mapping.values import agrees, forbids, strictest
from contacts.imports.mapping.words import LONGEST, Words

FLAGS = {"opted_out": "unsubscribed", "no_contact": "no_contact", "bounced": "bounced"}
"""Fields in which a yes (or a date) forbids something."""


class Marks:
    """Reads the columns of one file that say yes or no to mail; `words` know what a state means."""

    def __init__(self, at: dict[str, list[int]], default: str, words: Words, bad: dict[int, int] | None = None) -> None:
        self.status = at.get("status", [])
        self.opted_in = at.get("opted_in", [])
        self.flags = [(column, state) for field, state in FLAGS.items() for column in at.get(field, [])]
        self.silent = bool(self.status or self.opted_in)
        """A file that has a column for the yes: an empty cell in it is no yes."""
        self.default = default
        self.emails = at.get("email", [])
        self.bad = bad or {}
        """Columns of addresses, each with the column that says that it does not work."""
        self.words = words

    def of(self, cells: list[str]) -> str:
        """A key of STATES; empty when the file has nothing to say about this row."""
        if not (self.silent or self.flags or self.bad):
            return self.default
        said = [self.default] if self.default else []
        for at in self.status:
            if value := cells[at].strip():
                said += self.words.of(value) or ("none",)
        answers = (agrees(cells[at].strip()[:LONGEST]) for at in self.opted_in)
        said += ["subscribed" if yes else "none" for yes in answers if yes is not None]
        said += [state for at, state in self.flags if forbids(cells[at].strip()[:LONGEST])]
        if self.bad and any(cells[at].strip() for at in self.bad) and not good_emails(cells, self.emails, self.bad):
            said.append("bounced")
        return strictest(said) or ("none" if self.silent else "")


def bad_emails(columns: list[Column]) -> dict[int, int]:
    """Each e-mail column that another one after it speaks about, with that one."""
    found: dict[int, int] = {}
    last = None
    for column in columns:
        if column.field == "email":
            last = column.at
        elif column.field == "bad_email" and last is not None:
            found[last] = column.at
    return found


def good_emails(cells: list[str], at: list[int], bad: dict[int, int]) -> list[str]:
    """The filled e-mail cells of a row that nothing is said against; an address may stand in several."""
    dead = {cells[place].strip().lower() for place, says in bad.items() if forbids(cells[says])}
    return [cells[place] for place in at if cells[place].strip() and cells[place].strip().lower() not in dead]


def default_state(file_name: str) -> str:
    """Mailchimp says it in the name of the file: `cleaned_members_export_…csv`."""
    start = file_name.lower().split("_")[0].split("-")[0]
    return {"unsubscribed": "unsubscribed", "cleaned": "bounced"}.get(start, "")
