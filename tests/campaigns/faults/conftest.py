"""What the runs that break things share."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.faults.account import NEVER_BREAK
from tests.campaigns.faults.house import Broker, own_valkey
from tests.campaigns.faults.server import Plan, Server, mail_server
from tests.conftest import COUNTED
from tests.workers import WorkerProcess


@pytest.fixture
def serve(tmp_path: Path, settings: Any) -> Iterator[Callable[..., Server]]:
    """Starts a mail server with a plan, and points the engine at it: `serve(Plan(…), group=5, lease=6)`."""
    with ExitStack() as stack:

        def start(plan: Plan, **numbers: float) -> Server:
            server = stack.enter_context(mail_server(tmp_path, plan))
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
            settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
            settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, bool(plan.certificate)
            settings.SENDING = NEVER_BREAK | numbers
            return server

        yield start


@pytest.fixture
def environment(settings: Any) -> Callable[[], dict[str, str]]:
    """What a real process must be told to work as this one would."""

    def told() -> dict[str, str]:
        host = f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        return {"EMAIL_URL": host, "SENDING": json.dumps(settings.SENDING)}

    return told


@pytest.fixture
def counted(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Says what was counted, for the table at the end of the run."""
    began = time.monotonic()

    def say(**facts: object) -> None:
        facts |= {"seconds": f"{time.monotonic() - began:.1f}"}
        words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
        record_property(COUNTED, f"{request.node.name}: {words}")

    return say


@pytest.fixture
def broker(transactional_db) -> Iterator[Broker]:
    """A Valkey of this test's own."""
    with own_valkey() as broker:
        yield broker


@pytest.fixture
def worker(broker, environment, tmp_path, settings) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts real workers that hear of this broker only."""
    started: list[WorkerProcess] = []

    def start(queues: str = "", *, wait: bool = True) -> WorkerProcess:
        one = WorkerProcess(
            tmp_path / f"worker{len(started)}.log", mail_port=settings.EMAIL_PORT, concurrency=1, queues=queues,
            environment=environment() | {"REDIS_URL": broker.url},
        )  # fmt: skip
        started.append(one)
        one.begin()
        if wait:
            one.wait_until_ready()
        return one

    yield start
    for one in started:
        one.kill()
