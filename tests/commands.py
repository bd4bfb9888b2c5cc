"""Commands as an operator runs them, without the two seconds in which a process loads Django."""

import os
import subprocess
import sys
import tempfile
import traceback

from django.core.management import ManagementUtility
from django.db import connections


def in_a_fork(*words: str) -> subprocess.CompletedProcess[str]:
    """`manage.py <words>` in a child of this process: its exit status and what it wrote on both of its lines.

    The child has this test's settings. What starting a process proves itself (imports, environment) needs a real one.
    """
    connections.close_all()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as said:
        child = os.fork()
        if not child:
            os._exit(_run(words, out.fileno(), said.fileno()))
        _pid, status = os.waitpid(child, 0)
        out.seek(0)
        said.seek(0)
        return subprocess.CompletedProcess(words, os.waitstatus_to_exitcode(status), out.read(), said.read())


def _run(words: tuple[str, ...], out: int, said: int) -> int:
    """What the child does; a traceback is told as an interpreter would."""
    sys.stdout, sys.stderr = open(out, "w", closefd=False), open(said, "w", closefd=False)  # noqa: SIM115
    try:
        ManagementUtility(["manage.py", *words]).execute()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code
