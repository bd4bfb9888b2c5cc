"""A PostgreSQL and a Valkey of these tests' own: what is crashed here, no other test has in use."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest
import redis
from django.conf import settings
from django.db import connection, connections

from config.embedded.keeper import Keeper
from config.embedded.places import Place
from config.embedded.postgres import OWNER, EmbeddedPostgres
from config.embedded.postgresql import base
from config.embedded.processes import servers_on
from config.embedded.valkey import EmbeddedValkey

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
    """A copy of the test database on a server of its own, whose commits are as durable as at home."""
    keeper = EmbeddedPostgres(Place.of(settings.VAR), CLUSTER)
    usual = base.postgres
    name = connection.settings_dict["NAME"]
    connections.close_all()
    try:
        keeper.use()
        _copy_over(usual(), keeper, name)
        base.postgres = lambda: keeper  # type: ignore[assignment]
        yield keeper
    finally:
        connections.close_all()
        base.postgres = usual
        keeper.stop()


def _copy_over(source: EmbeddedPostgres, target: EmbeddedPostgres, name: str) -> None:
    """Make the database anew with what stands in the other server's; sooner than migrating it."""
    programs = source.psql().parent

    def told(keeper: EmbeddedPostgres, program: str, *words: str) -> tuple[list[str], dict[str, str]]:
        address = keeper.use()
        where = ["-h", address.host, "-p", str(address.port), "-U", OWNER]
        return [str(programs / program), *where, *words], {"PGPASSWORD": address.password, "PATH": os.defpath}

    for program, *words in (("dropdb", "--if-exists", "-f", name), ("createdb", name)):
        command, environment = told(target, program, *words)
        subprocess.run(command, env=environment, check=True)
    dump, environment = told(source, "pg_dump", name)
    with subprocess.Popen(dump, env=environment, stdout=subprocess.PIPE) as dumping:
        command, environment = told(target, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, name)
        subprocess.run(command, env=environment, stdin=dumping.stdout, check=True)
    assert dumping.returncode == 0


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
