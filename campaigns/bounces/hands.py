"""Which mails are in hand: noted before they are read, so that one that ends its very reader is found out.

A reader that dies leaves its note in the row of the place. The next one reads those mails one by one, and a mail over
which readers die again and again is not read any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.bounces.places.place import Mail, Place
from campaigns.models import BounceMailbox

DEADLY = 3
"""Readers that ended over a mail, the last two over this one alone: a restart in between is chance."""


@dataclass
class Hands:
    """What a reader has in hand, and how many died over what the one before had (by the marks of mails).

    Without a `row` nothing is noted: whoever only looks leaves no trace, and one mail from a pipe stops no other.
    """

    row: int | None = None
    died: dict[str, int] = field(default_factory=dict)

    def apart(self, batch: list[Mail]) -> list[list[Mail]]:
        """The batch in one, or each mail alone where somebody died over one of them."""
        if any(str(mail.mark) in self.died for mail in batch):
            return [[mail] for mail in batch]
        return [batch] if batch else []

    def begin(self, mails: Sequence[Mail]) -> None:
        """Note that these are read now."""
        if self.row is not None:
            marks = {str(mail.mark): self.died.get(str(mail.mark), 0) for mail in mails}
            BounceMailbox.objects.filter(pk=self.row).update(in_hand=marks)

    def is_deadly(self, mail: Mail) -> bool:
        """Whether it is better not read."""
        return self.died.get(str(mail.mark), 0) >= DEADLY


def hands_for(place: Place, row: BounceMailbox, *, looking: bool) -> Hands:
    """For a reader of `place` who is alone there: what the row says is in hand was left by one who died."""
    if looking or not place.shared:
        return Hands()
    return Hands(row.pk, {mark: deaths + 1 for mark, deaths in row.in_hand.items()})
