"""The cast, the mailbox and the worker every test may ask for by name."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.contrib.auth.models import Group
from django.db import connections
from django.test import Client

from config.embedded.redis import redis_url
from config.embedded.services import release_all
from tests.browser import FLAGS, chromium
from tests.query_counts import query_count  # noqa: F401 - a fixture
from tests.smtp import Mailbox, MailboxServer
from tests.workers import WorkerProcess


def pytest_configure() -> None:
    """A shell starts what runs in the background deaf to Ctrl-C, and so would be the processes the tests stop by it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionfinish() -> None:
    """Let the embedded servers go; the last process of a parallel run stops them."""
    release_all()


def make_user(role: str, **fields: Any) -> Any:
    """A user who signs in to the back office in `role`."""
    from crm.models import User

    user = User.objects.create_user(
        f"{role}@alliance.test", "correct horse", first_name=role.title(), is_staff=True, **fields
    )
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@pytest.fixture
def manager(db: None) -> Any:
    """May do everything in the house."""
    return make_user("manager")


@pytest.fixture
def staff(db: None) -> Any:
    """Runs campaigns, events and the list of people."""
    return make_user("staff")


@pytest.fixture
def organizer(db: None) -> Any:
    """Runs events and conversations, often from a phone."""
    return make_user("organizer")


@pytest.fixture
def partner(db: None) -> Any:
    """Works for a partner and sees only what came from there."""
    return make_user("partner")


@pytest.fixture
def analyst(db: None) -> Any:
    """Reads figures and changes nothing."""
    return make_user("analyst")


@pytest.fixture
def outsider(db: None) -> Any:
    """Has a sign-in and no role at all."""
    from crm.models import User

    return User.objects.create_user("outsider@elsewhere.test", "correct horse", first_name="Outsider")


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """Make a browser-like client that is signed in as somebody."""

    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A real SMTP server that Django's mail and the campaigns' transport both reach."""
    box = Mailbox()
    server = MailboxServer(box)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield box
    server.stop(no_assert=True)


@pytest.fixture
def celery_worker_process(transactional_db: None, mailbox: Mailbox, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A running worker on every queue of the test database; `kill`, `restart`, `freeze` and `thaw` are real."""
    with redis.Redis.from_url(redis_url()) as server:
        server.flushdb()
    worker = WorkerProcess(tmp_path / "worker.log", mail_port=mailbox.port)
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture
def page(live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A tab of a real browser at 1440 pixels, with the site at `live_server.url`; `page.errors` must stay empty."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.PUBLIC_URL = live_server.url
    program = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        tab: Any = browser.new_page(base_url=live_server.url, viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(15_000)
        tab.errors = []
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.on("console", lambda said: "Content Security Policy" in said.text and tab.errors.append(said.text))
        yield tab
        browser.close()
        connections.close_all()  # Playwright runs a loop in this thread, and Django keeps one connection for each
