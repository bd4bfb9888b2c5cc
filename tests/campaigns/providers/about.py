"""What a provider speaks of, and what mail servers said to it."""

import time
import uuid
from dataclasses import dataclass, field

NOBODY = "550 5.1.1 <{address}>: no such user here"
FULL = "452 4.2.2 The mailbox is full"
POLICY = "550 5.7.1 Message rejected due to local policy"


@dataclass
class About:
    """Which message a provider speaks of, and when that happened."""

    delivery: int = 1
    campaign: int = 1
    address: str = "ana@example.org"
    at: int = field(default_factory=lambda: int(time.time()) - 60)
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, str]:
        """What we gave the message along."""
        return self.marks or {"delivery": str(self.delivery), "campaign": str(self.campaign)}

    @property
    def tag(self) -> str:
        """The same, where a provider knows tags only."""
        return "-".join(next(iter(self.metadata.items())))

    @property
    def iso(self) -> str:
        """The moment as ISO 8601."""
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.at))


def uid() -> str:
    """A number that nothing else has."""
    return uuid.uuid4().hex
