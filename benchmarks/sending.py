"""How fast newsletters leave: our engine with its whole ledger against its peers, same content, same sink, one run.

python -m benchmarks.sending [--messages 20000]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

import django

LINKS = 27
PARAGRAPH = "Access to opportunity follows the zip code where one lives; neighbors change that together. "
FAR = 0.02
"""Seconds of every reply of a mail server that is far away."""
FAR_CONNECTIONS = 60
ROUNDS = 3


def content() -> tuple[str, str]:
    """About 28 KB of HTML and 4 KB of text, a personal link in every paragraph."""
    block = '<p style="margin:0 0 16px;font:16px/1.5 sans-serif">{}<a href="{{{{ unsubscribe_url }}}}">more</a></p>\n'
    html = "<h1>Hello {{ first_name|friend }}</h1>\n" + block.format(PARAGRAPH * 10) * LINKS
    text = "Hello {{ first_name|friend }}\n\n" + (PARAGRAPH * 2 + "\n") * 20 + "{{ unsubscribe_url }}\n"
    return html, text


@dataclass
class Server:
    """The counting mail server, in a process of its own."""

    port: int
    said: IO[str]

    def first(self) -> float:
        """When it had its first message, in seconds since 1970."""
        return float(self.said.readline())


@contextmanager
def sink(delay: float = 0.0) -> Iterator[Server]:
    """A mail server for as long as this lasts."""
    command = [sys.executable, "-m", "benchmarks.sink", "--delay", str(delay)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield Server(int(float(process.stdout.readline())), process.stdout)
    finally:
        process.terminate()
        process.wait()


# ── the engine ───────────────────────────────────────────────────────────────
@dataclass
class Sent:
    """What a run of the engine came to; seconds from the first worker's start, MB of the largest worker."""

    rate: float
    first: float
    memory: int


def engine(messages: int, *, workers: int = 1, delay: float = 0.0, connections: int = 10) -> Sent:
    """The whole engine in worker processes of its own: claims, intents, consent asked again, wire, outcomes."""
    from tests.campaigns.ledger import launched, states

    html, text = content()
    campaign = launched(messages, html=html, text=text)
    with sink(delay) as server:
        said = _run_workers(campaign.pk, workers, server.port, connections)
        first = server.first()
    assert states(campaign) == {"accepted": messages}, states(campaign)
    began, ended = min(one["began"] for one in said), max(one["ended"] for one in said)
    _forget_everything()
    return Sent(messages / (ended - began), first - began, int(max(one["memory"] for one in said)))


def _run_workers(campaign: int, workers: int, port: int, connections: int) -> list[dict[str, float]]:
    from tests.workers import database_url

    there = os.environ | {"DATABASE_URL": database_url(), "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "benchmarks.sending", "--worker", str(campaign), "--connections", str(connections)]
    running = [
        subprocess.Popen(command, env=there, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for process in running:
        assert process.stdout
        process.stdout.readline()  # it is ready
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    return [json.loads(process.communicate()[0]) for process in running]


def work_here(campaign: int, connections: int) -> None:
    """Be a worker: wait for the word, send, and say what it took."""
    from django.conf import settings

    from campaigns.sending.worker import work
    from crm.transport import current_transport

    settings.SENDING = {"connections": connections}
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    work(campaign, seconds=600)
    ended = time.time()
    current_transport().close()
    status = Path("/proc/self/status").read_text()  # what the system calls the largest so far counts our parent, too
    memory = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1024
    print(json.dumps({"began": began, "ended": ended, "memory": memory}))


def _forget_everything() -> None:
    """An empty house for the next run."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE contacts_stakeholder, contacts_contactpoint, contacts_consentevent, contacts_consent, "
            "campaigns_campaign, campaigns_delivery CASCADE"
        )


def ready_bytes(count: int) -> list[tuple[str, str, bytes]]:
    """What the engine would put on the wire for so many people."""
    from campaigns.sending.desk import load_editions
    from campaigns.sending.ledger.intents import Recipient
    from campaigns.sending.writing.persons import personal
    from tests.campaigns.ledger import launched

    html, text = content()
    campaign, editions = load_editions(launched(1, html=html, text=text).pk)
    edition = next(iter(editions.values()))
    ready = []
    for number in range(count):
        values = {"first_name": f"Person{number}"}
        one = Recipient(number + 1, number + 1, f"p{number}@example.org", "", "en", 1, values)
        person = personal(campaign, one, edition.uses)
        ready.append((edition.sender, person.address, edition.write(one.delivery, person)))
    _forget_everything()
    return ready


# ── the report ───────────────────────────────────────────────────────────────
def compare(messages: int) -> None:
    """Everything in one run, thrice what is quick, in turn, because machines are noisy; printed is the middle one."""
    from benchmarks.peers import djangos_loop, many_lines, one_line, post_office

    html, text = content()
    plainly = [part.replace("|friend", "") for part in (html, text)]
    ready = ready_bytes(500)
    few = max(200, messages // 20)
    with _settings_for_a_sink():
        plain, office = djangos_loop(few, *plainly), post_office(few, *plainly)
    singles, severals, ours, twos = [], [], [], []
    for _round in range(ROUNDS):
        with sink() as server:
            singles.append(one_line(server.port, ready, messages))
            severals.append(many_lines(server.port, ready, messages))
        ours.append(engine(messages))
        twos.append(engine(messages, workers=2).rate)
    far = engine(messages, delay=FAR, connections=FAR_CONNECTIONS)
    rate = median(one.rate for one in ours)
    print(f"the engine, whole ledger                 {_middle([one.rate for one in ours])}")
    print(f"  its memory                             {max(one.memory for one in ours):9} MB")
    print(f"  its first message                      {max(one.first for one in ours):9.2f} s after the worker's start")
    for name, theirs in (
        ("Django's loop, no ledger", [plain]),
        ("django-post-office", [office]),
        ("same bytes ready, one line, no ledger", singles),
        ("same bytes ready, 8 lines on uvloop", severals),
    ):
        print(f"{name:40} {_middle(theirs)}   the engine: {rate / median(theirs):.2f} times")
    print(f"two workers                              {_middle(twos)}   {median(twos) / rate:.2f} times one")
    print(f"{FAR * 1000:.0f} ms a reply, {FAR_CONNECTIONS} connections            {far.rate:9,.0f} messages/s")


def _middle(rates: list[float]) -> str:
    between = f" ({min(rates):,.0f} to {max(rates):,.0f})" if len(rates) > 1 else ""
    return f"{median(rates):9,.0f} messages/s{between}"


@contextmanager
def _settings_for_a_sink() -> Iterator[None]:
    """A mail server that Django's own backend and post-office send to."""
    from django.conf import settings

    with sink() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield


def main() -> None:
    """Measure all in one run and print what they came to; or be one of the workers of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--connections", type=int, default=10, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.bench"
    django.setup()
    if wanted.worker:
        work_here(wanted.worker, wanted.connections)
        return
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        compare(wanted.messages)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
