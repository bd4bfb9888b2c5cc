"""What a row says about writing to somebody."""

from contacts.imports.mapping.values import agrees, forbids, strictest
from contacts.imports.mapping.words import Words

FLAGS = {"opted_out": "unsubscribed", "no_contact": "no_contact", "bounced": "bounced"}
"""Fields in which a yes (or a date) forbids something."""


class Marks:
    """Reads the columns of one file that say yes or no to mail; `words` know what a state means."""

    def __init__(self, at: dict[str, list[int]], default: str, words: Words) -> None:
        self.status = at.get("status", [])
        self.opted_in = at.get("opted_in", [])
        self.flags = [(column, state) for field, state in FLAGS.items() for column in at.get(field, [])]
        self.silent = bool(self.status or self.opted_in)
        """A file that has a column for the yes: an empty cell in it is no yes."""
        self.default = default
        self.words = words

    def of(self, cells: list[str]) -> str:
        """A key of STATES; empty when the file has nothing to say about this row."""
        if not (self.silent or self.flags):
            return self.default
        said = [self.default] if self.default else []
        for at in self.status:
            if value := cells[at].strip():
                said += self.words.of(value) or ("none",)
        said += ["subscribed" if yes else "none" for at in self.opted_in if (yes := agrees(cells[at])) is not None]
        said += [state for at, state in self.flags if forbids(cells[at])]
        return strictest(said) or ("none" if self.silent else "")


def default_state(file_name: str) -> str:
    """Mailchimp says it in the name of the file: `cleaned_members_export_…csv`."""
    start = file_name.lower().split("_")[0].split("-")[0]
    return {"unsubscribed": "unsubscribed", "cleaned": "bounced"}.get(start, "")
