"""The demo on the first start: loaded once, through the product's own command."""

import os
import subprocess
import sys
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import get_commands

from config.stack.words import say


def load_on_first_start(root: Path, var: Path) -> None:
    """Load the demo into a house without users, unless DEMO=0; one that was interrupted is loaded again."""
    note = var / "demo"
    begun = note.exists() and note.read_text() == "begun"
    if os.environ.get("DEMO") == "0" or "load_demo" not in get_commands():
        return
    if not begun and get_user_model().objects.exists():
        return
    say("Loading the demo through the product's own doors (first start only; DEMO=0 leaves the house empty):")
    note.write_text("begun")
    done = subprocess.run([sys.executable, "manage.py", "load_demo"], cwd=root, check=False)
    if done.returncode == 0:
        note.write_text("loaded")
    else:
        say("The demo did not load to its end; the house runs without it and the next start tries again.")


def sign_ins(known: dict[str, str]) -> dict[str, str]:
    """Which of the demo's sign-ins exist here: role → address."""
    there = set(get_user_model().objects.filter(email__in=known.values()).values_list("email", flat=True))
    return {role: address for role, address in known.items() if address in there}
