"""Imports in processes of their own, which may be killed."""

import os
import signal
import time
from collections.abc import Callable

from django.db import connection

from contacts.imports.actions import check_import, commit_import
from contacts.imports.errors import BeingSaved
from contacts.imports.models import ImportRun

BUSY = 3


class Worker:
    """One process that does `work(run)` and is gone; `code` is None for one that was killed."""

    def __init__(self, run: ImportRun, work: Callable[[ImportRun], object]) -> None:
        connection.close()
        self.code: int | None = None
        self.pid = os.fork()
        if not self.pid:
            os._exit(_outcome(run.pk, work))

    def kill(self) -> None:
        """As a machine that dies would."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int | None:
        """Wait until it is gone; how it ended."""
        _pid, status = os.waitpid(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else None
        return self.code


def until(true: Callable[[], object]) -> None:
    """Look again every hundredth of a second; the limit is only there to end a broken run."""
    for _again in range(6_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")


def check_and_save(run: ImportRun) -> None:
    """What is asked of a file, from wherever it is."""
    if run.state in (ImportRun.State.RECEIVED, ImportRun.State.CHECKING):
        check_import(run)
    commit_import(run)


def save(run: ImportRun) -> int:
    """Save the run in one process that nobody disturbs, once the database has let go of the one before."""
    for _again in range(200):
        code = Worker(run, check_and_save).wait()
        if code != BUSY:
            break
        time.sleep(0.05)
    assert code == 0
    run.refresh_from_db()
    return code


def _outcome(pk: int, work: Callable[[ImportRun], object]) -> int:
    try:
        work(ImportRun.objects.get(pk=pk))
    except BeingSaved:
        return BUSY
    except BaseException:
        return 1
    return 0
