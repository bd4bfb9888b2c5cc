"""What the running supervisor writes down, so that commands, settings and the next start find it."""

import json
import os
from pathlib import Path
from typing import Any

import psutil


def read(var: Path) -> dict[str, Any]:
    """The note of the last start: `pid`, `started`, `url`, `mail_port`, `children`; empty when there is none."""
    try:
        return json.loads((var / "stack.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def write(var: Path, note: dict[str, Any]) -> None:
    """Keep the note; a reader sees the old one or the new one, never half of one."""
    half = var / "stack.json.half"
    half.write_text(json.dumps(note, indent=1))
    half.replace(var / "stack.json")


def me() -> dict[str, Any]:
    """This process, so that another with the same number is not taken for it."""
    return {"pid": os.getpid(), "started": psutil.Process().create_time()}


def process(entry: dict[str, Any]) -> psutil.Process | None:
    """The live process an entry speaks of, or None."""
    try:
        found = psutil.Process(entry["pid"])
        same = abs(found.create_time() - entry["started"]) < 0.05
        return found if same and found.status() != psutil.STATUS_ZOMBIE else None
    except (KeyError, psutil.NoSuchProcess):
        return None
