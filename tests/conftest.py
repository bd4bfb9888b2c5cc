"""The cast, the mailbox and the worker every test may ask for by name."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.test import Client, TransactionTestCase

from config.catalogues import compile_catalogues
from config.celery import app
from config.embedded.redis import redis_url
from config.embedded.services import release_all
from tests.browser import SharedBrowser
from tests.database import TestDatabase
from tests.query_counts import query_count  # noqa: F401 - a fixture
from tests.smtp import Mailbox, MailboxServer
from tests.workers import WorkerProcess

BROWSER = SharedBrowser()
COUNTED = "counted"
"""The property under which a test records a line of what it counted."""
MOST_PROCESSES = 8
"""More would meet the limits of the embedded PostgreSQL sooner than they would be quick."""


def pytest_configure(config: pytest.Config) -> None:
    """Make ready what has to be there before the first test, and before the first process of a parallel run."""
    # A shell starts what runs in the background deaf to Ctrl-C, and so would be the processes the tests stop by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        compile_catalogues()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores, as some test always waits; none where they would share what only one may use."""
    shared = settings.REDIS_URL or os.environ.get("UPDATE_QUERY_COUNTS")
    cores = os.cpu_count() or 1
    return 0 if shared or cores == 1 else min(cores + cores // 2, MOST_PROCESSES)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a parallel run begin with the files that start browsers and processes: what is long must not come last."""
    if hasattr(config, "workerinput"):
        first = {item.path for item in items if any(item.iter_markers("browser")) or any(item.iter_markers("fault"))}
        items.sort(key=lambda item: item.path not in first)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: Any) -> Iterator[None]:
    """Close the browser as soon as the next test does without one."""
    try:
        yield
    finally:
        if "page" not in getattr(nextitem, "fixturenames", ()):
            BROWSER.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what the runs that break things counted."""
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, [])]
    lines = [said for report in reports for name, said in report.user_properties if name == COUNTED]
    if lines:
        terminalreporter.section("what was counted")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_sessionfinish() -> None:
    """Let the embedded servers go; the last process of a parallel run stops them."""
    release_all()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[TestDatabase]:
    """In the place of Django's own: a test that commits is followed by the seeded database as it was."""
    house = TestDatabase()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        house.make(anew=request.config.getoption("create_db"))
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: house.renew())
        yield house
        house.drop()


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
    settings.MAIL_SERVERS = ""
    yield box
    server.stop(no_assert=True)


@receiver(setting_changed)
def _forget_the_broker(*, setting: str, **_more: object) -> None:
    """Celery keeps the broker it first rang at for as long as the process lives; here each test says where it is."""
    if setting == "REDIS_URL":
        app._after_fork()


@pytest.fixture(autouse=True)
def fresh_counts(request: pytest.FixtureRequest) -> None:
    """What is remembered for a while, such as how often somebody tried to sign in, does not travel between tests."""
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        cache.clear()


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
def page(live_server: Any, settings: Any) -> Iterator[Any]:
    """A tab of a real browser at 1440 pixels, with the site at `live_server.url`; `page.errors` must stay empty."""
    settings.PUBLIC_URL = live_server.url
    with BROWSER.visitor(live_server.url) as tab:
        yield tab
