"""The supervisor: brings the parts up in order, watches them, and takes them down in order."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection

from config.catalogues import compile_catalogues
from config.embedded.keeper import Keeper
from config.embedded.processes import end, free_port
from config.embedded.services import postgres, release_all, valkey
from config.stack import demo, notes
from config.stack.children import Child, leftovers
from config.stack.parts import needed, parts
from config.stack.words import greeting, say, step, troubles


class NotReady(RuntimeError):
    """The house did not come up; the message says which part and where its log is."""


class Supervisor:
    """One `make run`; only one lives per checkout."""

    def __init__(self, root: Path, var: Path) -> None:
        self.root = root
        self.var = var
        self.stopping = False
        self.children: list[Child] = []
        self.url = ""
        self.health: dict[str, str] = {}

    def run(self) -> None:
        """Everything from the first line to the last, until a signal asks to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        begun = time.monotonic()
        try:
            self._bring_up()
            if not self.stopping:
                self._welcome(time.monotonic() - begun)
            while not self.stopping:
                self._watch()
        finally:
            self._take_down()

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _bring_up(self) -> None:
        say("Starting Alliance CRM")
        self._look_at_settings()
        self._clean_up()
        with step("Translations"):
            compile_catalogues()
        if not os.environ.get("DATABASE_URL"):
            with step("PostgreSQL"):
                postgres().use()
        if not settings.REDIS_URL:
            with step("Valkey"):
                valkey().use()
        with step("Bringing the database up to date"):
            self._migrate()
        self._start_children()
        with step("Mailbox, worker, clock and web server"):
            self._await_health()
        if not self.stopping:
            demo.load_on_first_start(self.root, self.var)

    def _look_at_settings(self) -> None:
        """What is wrong there is said before anything is started by it."""
        if wrong := [check for check in run_checks() if check.is_serious()]:
            raise NotReady("\n".join(str(check) for check in wrong))

    def _clean_up(self) -> None:
        """End what a killed supervisor left; its servers are adopted when they are needed."""
        old = leftovers(self.var)
        if old:
            with step("Ending what the last run left behind"):
                end(old, patience=15)

    def _migrate(self) -> None:
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except DatabaseError as failure:
            raise NotReady(f"The database could not be brought up to date: {failure}") from failure
        connection.close()

    def _start_children(self) -> None:
        last = notes.read(self.var)
        host, port = os.environ.get("HOST", "127.0.0.1"), free_port(int(os.environ.get("PORT") or 8000))
        mail_port = free_port(last.get("mail_port")) if settings.LOCAL_MAILBOX else None
        self.url = f"http://{host}:{port}"
        self.children = parts(self.root, self.var, host=host, port=port, mail_port=mail_port)
        self._note(mail_port=mail_port)
        for child in self.children:
            child.start()
        self._note(mail_port=mail_port)

    def _note(self, **more: Any) -> None:
        note = notes.read(self.var) | notes.me() | {"url": self.url, **more}
        note["children"] = {child.name: child.entry() for child in self.children}
        notes.write(self.var, note)

    def _await_health(self, patience: float = 90) -> None:
        """Wait until the house says of itself that every part which it runs or stands on is well."""
        deadline = time.monotonic() + patience
        while not self.stopping:
            self.health = self._health()
            if all(self.health.get(part) == "ok" for part in needed(local_mailbox=settings.LOCAL_MAILBOX)):
                return
            if time.monotonic() > deadline:
                said = self.health or "the web server does not answer"
                raise NotReady(f"Not everything came up: {said}; see {self.var}/logs")
            for child in self.children:
                child.watch(say)
            time.sleep(0.2)

    def _health(self) -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310 - our own address
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error) if error.code == 503 else {"web": f"answered {error.code}"}
        except (OSError, ValueError):
            return {}

    def _welcome(self, seconds: float) -> None:
        known = settings.DEMO_SIGN_INS
        say(
            greeting(
                self.url,
                sign_ins=demo.sign_ins(known),
                password=settings.DEMO_PASSWORD,
                local_mailbox=settings.LOCAL_MAILBOX,
                troubles=troubles(self.health),
            )
        )
        say(f"(Up after {seconds:.1f} s.)")
        connection.close()

    def _watch(self) -> None:
        before = [child.entry().get("pid") for child in self.children]
        for child in self.children:
            child.watch(say)
        if before != [child.entry().get("pid") for child in self.children]:
            self._note()
        self._watch_servers()
        time.sleep(0.5)

    def _watch_servers(self) -> None:
        keepers: list[tuple[str, Keeper]] = [] if os.environ.get("DATABASE_URL") else [("PostgreSQL", postgres())]
        keepers += [] if settings.REDIS_URL else [("Valkey", valkey())]
        for name, keeper in keepers:
            if keeper.running() is None:
                say(f"{name} stopped unexpectedly; starting it again.")
                keeper.use()

    def _take_down(self) -> None:
        """Stop the doors first, then the workers, then what they write to."""
        say("\nStopping …")
        for names in ({"web", "clock"}, {"worker", "sender"}, {"mailbox"}):
            some = [child for child in self.children if child.name in names]
            for child in some:
                child.ask_to_stop()
            for child in some:
                child.stop()
        connection.close()
        release_all()
        notes.write(
            self.var, {key: value for key, value in notes.read(self.var).items() if key in ("url", "mail_port")}
        )
        say("Everything is stopped; nothing is lost.")
