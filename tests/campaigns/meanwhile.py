"""Two who work at once: one in a thread with a connection of its own, the other in the test."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from django.db import connection

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@contextmanager
def aside(work: Callable[[], object]) -> Iterator[list[Any]]:
    """Do this in a thread meanwhile; what it answers, or its error, is in the list afterwards."""
    said: list[Any] = []

    def run() -> None:
        try:
            said.append(work())
        except Exception as error:
            said.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    try:
        yield said
    finally:
        thread.join(20)


def until_somebody_waits() -> None:
    """Until a lock of the database is waited for."""
    for _look in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited")
