"""`make run`: it starts, serves, mends itself, stops, and forgives a kill."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest
from django.conf import settings as project

from config.embedded.places import Place
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.processes import free_port, servers_on
from config.embedded.valkey import EmbeddedValkey
from config.stack import notes
from config.stack.children import leftovers

pytestmark = pytest.mark.fault

PATIENCE = 300
"""Seconds until a run is broken for sure; a new house is migrated in a minute and a half where others are busy."""


class House:
    """One `make run` with its own `var`."""

    def __init__(self, var):
        self.var = var
        self.environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")}
        self.environment |= {"VAR_FOLDER": str(var), "DJANGO_SETTINGS_MODULE": "config.settings.local"}
        self.environment |= {"PORT": str(free_port()), "DEMO": "0"}
        self.log = var.parent / "said.log"
        self.process = None

    def start(self):
        """Start and wait for the greeting."""
        before = self.said().count("Ctrl-C stops everything")
        with self.log.open("a") as log:
            self.process = subprocess.Popen(self.command("run"), cwd=project.ROOT, env=self.environment, stderr=log)
        self.wait(lambda: self.said().count("Ctrl-C stops everything") > before)

    def command(self, word):
        return [sys.executable, "-m", "config.stack", word]

    def say(self, word):
        return subprocess.run(
            self.command(word), cwd=project.ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def said(self):
        return self.log.read_text() if self.log.exists() else ""

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"Waited in vain:\n{self.said()}")
            time.sleep(0.1)

    def health(self):
        try:
            with urllib.request.urlopen(f"{notes.read(self.var)['url']}/healthz", timeout=5) as answer:
                return set(json.load(answer).values())
        except (OSError, urllib.error.HTTPError):
            return set()

    def servers(self):
        place = Place.of(self.var)
        return [
            process for kind in (EmbeddedPostgres, EmbeddedValkey) for process in servers_on(kind(place, "main").data)
        ]

    def child(self, name):
        return notes.read(self.var)["children"][name].get("pid")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("house") / "var")
    yield house
    house.say("stop")
    place = Place.of(house.var)
    if place.as_root:
        shutil.rmtree(place.home)


@pytest.fixture
def running(house):
    if house.process is None or house.process.poll() is not None:
        house.start()
    return house


def test_it_serves_and_every_part_is_well(running):
    assert running.health() == {"ok"}
    assert f"running at  {notes.read(running.var)['url']}/" in running.said()


def test_mails_land_in_the_mailbox_of_this_house_and_not_in_a_neighbors(running):
    """Two checkouts that start at the same moment must not agree on one port."""
    mailbox = psutil.Process(running.child("mailbox"))
    ports = {held.laddr.port for held in mailbox.net_connections("tcp") if held.status == "LISTEN"}
    assert ports == {notes.read(running.var)["mail_port"]} != {8025}


def test_a_second_run_says_where_the_first_is(running):
    second = running.say("run")
    assert second.returncode == 1
    assert notes.read(running.var)["url"] in second.stderr


def test_commands_use_the_same_database_while_it_runs(running):
    done = subprocess.run(
        [sys.executable, "manage.py", "showmigrations", "crm"],
        cwd=project.ROOT, env=running.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "[X] 0001_initial" in done.stdout
    assert running.health() == {"ok"}


def test_a_killed_worker_is_replaced(running):
    before = running.child("worker")
    os.kill(before, signal.SIGKILL)
    running.wait(lambda: running.child("worker") not in (before, None))
    running.wait(lambda: running.health() == {"ok"})
    assert "The worker stopped unexpectedly" in running.said()


def test_a_killed_database_is_replaced(running):
    pid = EmbeddedPostgres(Place.of(running.var), "main").running().pid
    os.kill(pid, signal.SIGKILL)
    running.wait(lambda: "PostgreSQL stopped unexpectedly" in running.said())
    running.wait(lambda: running.health() == {"ok"})


def test_after_a_kill_the_next_start_has_everything_once(running):
    children = [running.child(name) for name in ("web", "worker", "sender", "clock", "mailbox")]
    running.process.kill()
    running.process.wait()
    running.start()
    assert running.health() == {"ok"}
    assert not [pid for pid in children if psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie"]
    masters = [process for process in leftovers(running.var) if process.ppid() == running.process.pid]
    assert len(masters) == 5


def test_ctrl_c_stops_everything(running):
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 0
    assert leftovers(running.var) == []
    assert running.servers() == []


def test_a_taken_port_is_replaced_by_a_free_one_and_the_second_start_is_quick(house):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(house.environment["PORT"])))
        taken.listen()
        begun = time.monotonic()
        house.start()
        crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        assert time.monotonic() - begun < 10 * crowd
        assert not notes.read(house.var)["url"].endswith(f":{house.environment['PORT']}")
        assert house.health() == {"ok"}


def test_stop_stops_everything_and_says_so(running):
    done = running.say("stop")
    assert "Stopped." in done.stderr
    assert running.process.wait(10) == 0
    assert leftovers(running.var) == []
    assert running.servers() == []
    assert "Nothing was running." in running.say("stop").stderr


def test_a_mail_server_that_does_not_answer_keeps_nobody_from_working(house):
    house.environment["EMAIL_URL"] = "smtp://127.0.0.1:1"
    house.start()
    assert "degraded" in house.said()
    assert "mail: The mail server does not answer." in house.said()
    assert house.say("stop").returncode == 0
    assert house.process.wait(10) == 0
