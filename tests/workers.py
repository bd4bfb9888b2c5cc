"""A real Celery worker in its own process, for tests that kill, freeze and replace it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from config.embedded.redis import redis_url


def database_url() -> str:
    """The URL of the test database this process is connected to."""
    connection.ensure_connection()
    where = connection.settings_dict
    password = f":{quote(where['PASSWORD'], safe='')}" if where["PASSWORD"] else ""
    return f"postgres://{where['USER']}{password}@{where['HOST']}:{where['PORT']}/{where['NAME']}"


class WorkerProcess:
    """One worker with its children; `kill` is a real SIGKILL of them all."""

    def __init__(
        self,
        log: Path,
        *,
        mail_port: int,
        concurrency: int = 2,
        queues: str = "",
        environment: dict[str, str] | None = None,
    ) -> None:
        self.log = log
        self.mail_port = mail_port
        self.concurrency = concurrency
        self.queues = queues or ",".join(settings.QUEUES)
        self.environment = environment or {}
        self.process: subprocess.Popen[bytes] | None = None
        self._before = 0

    def start(self) -> None:
        """Start and wait until it listens."""
        self.begin()
        self.wait_until_ready()

    def begin(self) -> None:
        """Start, and do something else until it listens."""
        command = [sys.executable, "-m", "celery", "-A", "config.celery:app", "worker", "-Q", self.queues]
        command += ["-c", str(self.concurrency), "-l", "INFO", "--without-gossip", "--without-mingle"]
        self._before = self.said().count(" ready.")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=log, start_new_session=True, cwd=settings.ROOT
            )

    def wait_until_ready(self) -> None:
        """Wait until it listens."""
        deadline = time.monotonic() + 60
        while self.said().count(" ready.") == self._before:
            if self.process is None or time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"The worker did not start:\n{self.said()[-3000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL the worker and its children, as a machine that dies would."""
        self._signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> bool:
        """Ask it to finish what it is doing and stop; False when it had to be killed after half a minute."""
        if self.process is None:
            return True
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self.process = None
        return True

    def restart(self) -> None:
        """Kill and start anew."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Stop its clock, as a suspended machine does."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url(),
            "TEST_PUBLIC_URL": settings.PUBLIC_URL,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "PYTHONWARNINGS": "ignore",
            **self.environment,
        }

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, number)

    def _wait(self) -> None:
        if self.process is not None:
            self.process.wait(10)
            self.process = None
