"""The embedded servers: started once, adopted after a kill, stopped by the last who leaves."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import psycopg
import pytest
import redis
from django.conf import settings

from config.embedded.keeper import Keeper
from config.embedded.places import Place
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.processes import servers_on
from config.embedded.valkey import EmbeddedValkey

pytestmark = pytest.mark.fault
HOLD = """
import sys, pathlib, atexit
from config.embedded.places import Place
from config.embedded.{module} import {kind}
keeper = {kind}(Place.of(pathlib.Path(sys.argv[1])), "test")
atexit.register(keeper.release)
address = keeper.use()
print(address.pid, address.port, flush=True)
sys.stdin.read()
"""
KINDS = [EmbeddedPostgres, EmbeddedValkey]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A place of its own, inside folders that are closed to everybody else."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    place = Place.of(closed / "var")
    yield place
    for kind in KINDS:
        kind(place, "test").stop()
    if place.as_root:
        shutil.rmtree(place.home)


@pytest.fixture
def keep(place):
    """Make keepers as separate processes would have them; none is left holding."""
    made: list[Keeper] = []

    def make(kind):
        made.append(kind(place, "test"))
        return made[-1]

    yield make
    for keeper in made:
        keeper.release()


@pytest.fixture
def hold(place):
    """Start processes that use a server until they are told to end."""
    started = []

    def start(kind):
        code = HOLD.format(module=kind.__module__.rpartition(".")[2], kind=kind.__name__)
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(place.var)],
            cwd=settings.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def leaders(keeper):
    """The servers on the keeper's data folder, without the children of PostgreSQL."""
    found = servers_on(keeper.data)
    numbers = {process.pid for process in found}
    return [process for process in found if process.ppid() not in numbers]


@pytest.mark.parametrize("kind", KINDS)
def test_parallel_starters_share_one_server(kind, hold, keep):
    starters = [hold(kind) for _ in range(4)]
    said = {process.stdout.readline() for process in starters}
    assert len(said) == 1
    assert len(leaders(keep(kind))) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_who_leaves_stops_it(kind, hold, keep):
    first, second = hold(kind), hold(kind)
    first.stdout.readline()
    second.stdout.readline()
    first.communicate("")
    assert leaders(keep(kind))
    second.communicate("")
    assert not servers_on(keep(kind).data)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_adopted_when_its_starter_was_killed(kind, hold, keep):
    starter = hold(kind)
    pid = int(starter.stdout.readline().split()[0])
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    assert keep(kind).use().pid == pid
    assert len(leaders(keep(kind))) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_is_in_use_is_left_alone_and_one_that_nobody_holds_is_stopped(kind, hold, keep):
    user = hold(kind)
    user.stdout.readline()
    assert keep(kind).stop_if_unused() is False
    assert leaders(keep(kind))
    user.send_signal(signal.SIGKILL)
    user.wait()
    assert keep(kind).stop_if_unused() is True
    assert not servers_on(keep(kind).data)


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_server_is_started_again_where_it_was(kind, keep):
    keeper = keep(kind)
    before = keeper.use()
    os.kill(before.pid, signal.SIGKILL)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(before.pid).wait(timeout=5)
    after = keeper.use()
    assert after.pid != before.pid
    assert after.port == before.port
    assert keeper.answers(after)


def test_a_server_without_its_run_file_is_not_doubled(keep):
    keeper = keep(EmbeddedValkey)
    before = keeper.use()
    (keeper.folder / "run.json").unlink()
    after = keep(EmbeddedValkey).use()
    assert after.pid != before.pid
    assert [process.pid for process in leaders(keeper)] == [after.pid]


def test_it_wants_a_password_and_hears_only_this_machine(keep):
    address = keep(EmbeddedPostgres).use()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=address.port, user="alliance", password="wrong", dbname="postgres")
    server = keep(EmbeddedValkey).use()
    with pytest.raises(redis.AuthenticationError), redis.Redis(port=server.port) as client:
        client.ping()
    for pid in (address.pid, server.pid):
        listening = [item for item in psutil.Process(pid).net_connections("tcp") if item.status == "LISTEN"]
        assert {item.laddr.ip for item in listening} == {"127.0.0.1"}


def test_no_folder_that_was_there_changes_its_mode(place, keep):
    parents = [*place.var.parents, *place.home.parents]
    before = [parent.stat().st_mode for parent in parents]
    keep(EmbeddedPostgres).use()
    keep(EmbeddedValkey).use()
    assert [parent.stat().st_mode for parent in parents] == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its servers to another user")
def test_under_root_the_servers_run_as_nobody(keep):
    for kind in KINDS:
        assert psutil.Process(keep(kind).use().pid).username() == "nobody"


def test_a_data_folder_that_was_cut_short_is_made_anew(place, keep):
    keeper = EmbeddedPostgres(place, "half")
    half = place.home / "half" / "postgres" / "data.half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    try:
        with psycopg.connect(host="127.0.0.1", port=keeper.use().port, user="alliance", password=keeper.password()):
            assert not half.exists()
    finally:
        keeper.release()


def test_importing_the_settings_starts_nothing(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"VAR_FOLDER": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "config.settings.local"}
    begun = time.time()
    code = "import django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=settings.ROOT, env=environment)
    assert not (tmp_path / "var").exists()
    names = [process.info["name"] for process in psutil.process_iter(["name", "create_time", "environ"])
             if process.info["create_time"] > begun and str(tmp_path) in str(process.info["environ"])]  # fmt: skip
    assert names == []
