"""Send without Redis or workers: everything that waits in rows leaves from here."""

import math
import signal
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connections

from campaigns.actions.inbox import take_in_news
from campaigns.actions.watching import tend_sending
from campaigns.sending.ledger.receipts import ReceiptsUnwritable
from campaigns.sending.limits import limits
from campaigns.sending.stopping import go_on, stop_soon, stopping
from campaigns.sending.worker import work
from crm.actions.outbox import deliver_due_mails

PAUSE = 1.0
"""Seconds between two looks when nothing is due."""


def _seconds(text: str) -> float:
    """A time to run; none at all, less than none and what is no number are slips."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0, such as 30 or 2.5")
    return seconds


@contextmanager
def _told_by_signals() -> Iterator[None]:
    """Stop after the group in hand when asked to; at once when Ctrl-C is pressed a second time."""

    def tell(number: int, _frame: Any) -> None:
        stop_soon()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        go_on()


class Command(BaseCommand):
    """A worker and a clock in one process."""

    help = "Send newsletters and single mails that are due, without Redis and without workers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Until Ctrl-C, or shorter."""
        length = parser.add_mutually_exclusive_group()
        length.add_argument("--once", action="store_true", help="stop when nothing is due any more")
        length.add_argument("--seconds", type=_seconds, help="stop after this many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, send, rest; again and again."""
        seconds = options["seconds"]
        until = time.monotonic() + seconds if seconds else math.inf
        total = 0
        try:
            with _told_by_signals():
                while time.monotonic() < until and not stopping():
                    sent = self._turn(min(limits().turn, until - time.monotonic()), patient=not options["once"])
                    total += sent
                    if not sent and options["once"]:
                        break
                    if not sent:
                        time.sleep(max(0.0, min(PAUSE, until - time.monotonic())))
                stopped = stopping()
        except KeyboardInterrupt:
            stopped = True
        if stopped:
            self.stderr.write("Stopped; what was not sent waits in its rows.")
        self.stderr.write(f"{total} messages were dealt with.")

    def _turn(self, seconds: float, *, patient: bool) -> int:
        """One look at everything, at what waits for nobody first; answers how many messages were dealt with."""
        try:
            tend_sending()
            single = deliver_due_mails()
            take_in_news(seconds=seconds)
            campaigns = work(seconds=seconds)
        except (OperationalError, InterfaceError, ReceiptsUnwritable) as why:
            said = f"Nothing can be sent for now: {str(why).partition(chr(10))[0]}"
            if not patient:
                raise CommandError(said) from why
            self.stderr.write(f"{said} Trying again.")
            connections.close_all()
            return 0
        return campaigns.counts.total() + single.sent + single.put_off + single.failed
