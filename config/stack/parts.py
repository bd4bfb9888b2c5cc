"""Which parts the house has on a laptop, and how each is started."""

import os
from pathlib import Path

from config.stack.children import Child


def parts(root: Path, var: Path, *, host: str, port: int, mail_port: int | None) -> list[Child]:
    """Every child in the order of its start; `mail_port` is None where EMAIL_URL replaces the local mailbox."""
    logs = var / "logs"
    common = {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.local")}
    worker = common | {"REMAP_SIGTERM": "SIGQUIT"}

    def child(name: str, title: str, command: list[str], environment: dict[str, str]) -> Child:
        return Child(name, title, ["-m", *command], root, var, logs / f"{name}.log", environment)

    children = [
        child("worker", "The worker", _worker("default,imports", "house", 2), worker),
        child("sender", "The sender", _worker("sending", "sender", 1), worker),
        child("clock", "The clock", _clock(var), common),
        child("web", "The web server", _web(host, port), common),
    ]
    if mail_port is not None:
        mailbox = ["config.mailbox", "--port", str(mail_port), "--folder", str(var / "mailbox")]
        children.insert(0, child("mailbox", "The local mailbox", mailbox, common))
    return children


def needed(*, local_mailbox: bool) -> set[str]:
    """Parts of /healthz without which nobody can work here; a mail server of somebody else may be away for a while."""
    return {"database", "redis", "worker", *(["mail"] if local_mailbox else [])}


def _worker(queues: str, name: str, concurrency: int) -> list[str]:
    flags = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return ["celery", "-A", "config", "worker", "-Q", queues, "-n", f"{name}@%h", "-c", str(concurrency), *flags]


def _clock(var: Path) -> list[str]:
    return ["celery", "-A", "config", "beat", "-s", str(var / "clock-schedule"), "--pidfile", "", "-l", "WARNING"]


def _web(host: str, port: int) -> list[str]:
    temporary = ["--worker-tmp-dir", "/dev/shm"] if os.path.isdir("/dev/shm") else []  # noqa: S108 - memory, not data
    size = ["--workers", "2", "--threads", "8", "--timeout", "120", "--graceful-timeout", "5"]
    return [
        "gunicorn",
        "config.wsgi",
        "--bind",
        f"{host}:{port}",
        "--no-control-socket",
        "--preload",
        *size,
        *temporary,
    ]
