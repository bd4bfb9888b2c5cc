"""A clerk: does the paperwork in a thread with a connection of its own, while the wire is busy."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, Protocol, TypeVar

from django.db import connection

from campaigns.sending.limits import limits

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Clerk(Protocol):
    """Takes work and promises its answer."""

    def submit(self, work: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs) -> "Future[Answer]":
        """Do it after what was asked before."""


@contextmanager
def clerk() -> Iterator[Clerk]:
    """A clerk, for as long as this lasts; inside a transaction of the caller, which nobody else can see, the caller."""
    if connection.in_atomic_block:
        yield OneHand()
        return
    pool = ThreadPoolExecutor(1, thread_name_prefix="sending-clerk")
    pool.submit(hold_nothing_in_sleep)
    try:
        yield pool
    finally:
        pool.submit(_hang_up)
        pool.shutdown()


class OneHand:
    """Does at once, and by itself, whatever it is given."""

    def submit(self, work: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs) -> "Future[Answer]":
        """The answer is there already."""
        done: Future[Answer] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


def hold_nothing_in_sleep() -> None:
    """Let the database end our transaction, and so free what it holds, when we are frozen in the middle of it."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = %s", [round(limits().lease * 1000)])


def _hang_up() -> None:
    """Close the connection of the thread that runs this."""
    connection.close()
