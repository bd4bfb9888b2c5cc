"""What a row says about an event: registered, came, did not come, gave the seat back."""

from contacts.imports.mapping.headers import plain
from contacts.imports.mapping.values import ATTENDANCE, agrees, attendance_state

STRONGEST = tuple(ATTENDANCE)
"""A row that says both that somebody registered and that they came says that they came."""


class Presence:
    """Reads the attendance columns of one file; `default` is what being in the file means."""

    def __init__(self, at: dict[str, list[int]], default: str = "") -> None:
        self.states = at.get("attendance", [])
        self.came = at.get("attended", [])
        self.default = default
        self.any = bool(self.states or self.came or default)

    def of(self, cells: list[str]) -> str:
        """A key of ATTENDANCE, empty when the row says nothing."""
        if not self.any:
            return ""
        said = [state for at in self.states if (state := attendance_state(cells[at]))]
        if "cancelled" in said:
            return "cancelled"
        for at in self.came:
            if agrees(cells[at]):
                said.append("attended")
            elif plain(cells[at]):
                said.append("no_show")
        return min(said, key=STRONGEST.index) if said else self.default
