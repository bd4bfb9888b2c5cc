"""What `make run` says."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def say(line: str = "") -> None:
    """One line for the person at the terminal."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Name what is being done, and how long it took when it is done."""
    begun = time.monotonic()
    sys.stderr.write(f"  {title} … ")
    sys.stderr.flush()
    try:
        yield
    except BaseException:
        sys.stderr.write("failed\n")
        raise
    sys.stderr.write(f"{time.monotonic() - begun:.1f} s\n")


def troubles(health: dict[str, str]) -> list[str]:
    """What /healthz says of parts that are not well, a line each."""
    return [f"{part}: {answer}" for part, answer in health.items() if answer != "ok"]


def greeting(
    url: str, *, sign_ins: dict[str, str], password: str, local_mailbox: bool, troubles: Sequence[str] = ()
) -> str:
    """Where to go, as whom, what to try first, and what is not well."""
    lines = ["", f"Alliance CRM is running at  {url}/", f"The back office is at       {url}/admin/"]
    if local_mailbox:
        lines.append(f"Mails land in               {url}/admin/mailbox/   (nothing leaves this machine)")
    if sign_ins:
        lines += ["", f"Sign in with the password “{password}” as"]
        lines += [f"  {address:<34}{role}" for role, address in sign_ins.items()]
        lines += [
            "",
            "What to try first",
            "  1. Open the public pages and join the Alliance; the mail to confirm it is in the mailbox.",
            "  2. Sign in as the manager, look at a person, then at the newsletter that went out.",
            "  3. Import a partner's file, save a segment, write to it.",
        ]
    else:
        lines += ["", "Nobody can sign in yet: .venv/bin/python manage.py createsuperuser"]
    if troubles:
        lines += ["", f"It is up, but degraded; {url}/healthz says when that is over:"]
        lines += [f"  {trouble}" for trouble in troubles]
    return "\n".join([*lines, "", "Ctrl-C stops everything."])
