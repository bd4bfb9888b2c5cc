"""`python -m config.stack run` and `python -m config.stack stop`."""

import os
import sys
import time

import django
from django.core.exceptions import ImproperlyConfigured

from config.embedded.locks import LockBusy, exclusive
from config.stack import notes
from config.stack.words import say


def main(arguments: list[str]) -> int:
    """Run or stop the house of this checkout; returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    try:
        django.setup()
    except ImproperlyConfigured as wrong:
        say(str(wrong))
        return 1
    if arguments == ["run"]:
        return run()
    if arguments == ["stop"]:
        return stop()
    say("Say `run` or `stop`.")
    return 2


def run() -> int:
    """Be the one supervisor of this checkout, or say where the other one is."""
    from django.conf import settings

    from config.embedded.keeper import ServerFailed
    from config.stack.supervisor import NotReady, Supervisor

    settings.VAR.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(settings.VAR / "stack.lock", timeout=2):
            Supervisor(settings.ROOT, settings.VAR).run()
            return 0
    except LockBusy:
        say(f"Alliance CRM runs already at {notes.read(settings.VAR).get('url')}/ (make stop ends it).")
        return 1
    except (NotReady, ServerFailed) as failure:
        say(str(failure))
        return 1


def stop() -> int:
    """Ask the supervisor to stop, then end whatever of this checkout is left; running tests keep their servers."""
    from django.conf import settings

    from config.embedded.processes import end
    from config.embedded.services import stop_everything
    from config.stack.children import leftovers

    supervisor = notes.process(notes.read(settings.VAR))
    if supervisor is not None:
        supervisor.terminate()
        deadline = time.monotonic() + 60
        while notes.process(notes.read(settings.VAR)) and time.monotonic() < deadline:
            time.sleep(0.1)
    old = leftovers(settings.VAR)
    end(old, patience=15)
    servers = stop_everything()
    say("Stopped." if supervisor or old or servers else "Nothing was running.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
