"""Single mails wait for nobody: they take tokens whether there are any or not, and newsletters give way for them."""

from collections.abc import Sequence

from campaigns.sending.rates.asking import Lane, Total
from campaigns.sending.rates.buckets import buckets
from campaigns.sending.rates.rules import TRANSPORT, rules

ANY = 1_000_000
"""Messages: more than is ever sent together."""


class Advance:
    """What mail servers may carry of messages that do not ask beforehand; what they carried is paid from their buckets.

    A server without a rate takes what would be too much for the others. Where each has one, or only such a server can
    take a message, it carries what there is, and its bucket owes it.
    """

    def __init__(self, lanes: Sequence[Lane], *, others: bool) -> None:
        """`lanes` are the servers with a rate; `others` says that one without may be used, too."""
        self.lanes = lanes
        self._had = dict.fromkeys((lane.name for lane in lanes), ANY)
        if lanes and others:
            tokens = buckets().spend([(lane, 0) for lane in self.lanes])
            self._had = {lane.name: max(0, left) for lane, left in zip(self.lanes, tokens, strict=True)}
        self.shares = dict(self._had)

    def spare_nobody(self) -> None:
        """Let every server carry whatever comes."""
        self.pay()
        self._had = dict.fromkeys(self._had, ANY)
        self.shares.update(self._had)

    def count(self, server: str) -> None:
        """This server carried one, where nobody else counts `shares` down."""
        if server in self.shares:
            self.shares[server] -= 1

    def pay(self) -> None:
        """Take from the buckets what was carried since this was last asked."""
        carried = [(lane, self._had[lane.name] - self.shares[lane.name]) for lane in self.lanes]
        if any(count for _lane, count in carried):
            buckets().spend(carried)
            self._had = dict(self.shares)


def pay_for_one() -> None:
    """A message left that did not ask: it counts for the rate of everything that leaves."""
    if rate := rules().transport:
        buckets().spend([(Total(TRANSPORT, rate), 1)])
