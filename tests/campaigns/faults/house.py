"""A PostgreSQL and a Valkey of these tests' own: what is crashed here, no other test has in use."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest
import redis
from django.conf import settings
from django.db import connections

from config.embedded.keeper import Keeper
from config.embedded.places import Place
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.postgresql import base
from config.embedded.processes import servers_on
from config.embedded.valkey import EmbeddedValkey
from tests.database import TestDatabase

CLUSTER = "faults"


def crash(keeper: Keeper) -> None:
    """SIGKILL the server and all of its children, the first of them first, as a power cut would."""
    while servers := sorted(servers_on(keeper.data), key=lambda server: server.pid):
        for server in servers:
            with suppress(psutil.NoSuchProcess):
                server.send_signal(signal.SIGKILL)
        psutil.wait_procs(servers, timeout=10)


@contextmanager
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """The test database on a server of its own, whose commits are as durable as at home."""
    keeper = EmbeddedPostgres(Place.of(settings.VAR), CLUSTER)
    usual = base.postgres
    connections.close_all()
    base.postgres = lambda: keeper  # type: ignore[assignment]
    house = TestDatabase()
    try:
        keeper.use()
        house.make()
        yield keeper
        keeper.use()
        house.drop()
    finally:
        connections.close_all()
        keeper.stop()
        base.postgres = usual


@contextmanager
def own_valkey() -> Iterator["Broker"]:
    """A broker that may be emptied, killed and brought back."""
    keeper = EmbeddedValkey(Place.of(settings.VAR), CLUSTER)
    broker = Broker(keeper)
    try:
        broker.come_back()
        yield broker
    finally:
        keeper.stop()


class Broker:
    """The Valkey of a test; it comes back at the port it had."""

    def __init__(self, keeper: EmbeddedValkey) -> None:
        self.keeper = keeper
        self.url = ""

    def come_back(self) -> None:
        """Start it, empty as ever."""
        address = self.keeper.use()
        url = f"redis://:{address.password}@{address.host}:{address.port}/0"
        if self.url and url != self.url:
            pytest.skip("another program took the port of the killed broker")
        self.url = url

    def die(self) -> None:
        """As if its machine were gone."""
        crash(self.keeper)

    def forget(self) -> None:
        """FLUSHALL."""
        with redis.Redis.from_url(self.url) as server:
            server.flushall()


def until_it_answers(keeper: EmbeddedPostgres) -> float:
    """Bring the server back on its data; answers how many seconds its recovery took."""
    began = time.monotonic()
    keeper.use()
    return time.monotonic() - began
