"""A partner with real folders and a real HTTPS server to read from."""

import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from contacts.imports.actions import commit_import
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRun, Partner
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name", "Zip")
ANN, BO = ("ann@example.org", "Ann", "Lee", "28205"), ("bo@example.org", "Bo", "Diaz", "28202")
Answer = Callable[[BaseHTTPRequestHandler], None]


def people(*rows: tuple[str, ...]) -> bytes:
    """A file of people."""
    return csv_of(HEAD, *rows)


@pytest.fixture(autouse=True)
def feeds_root(settings, tmp_path: Path) -> Path:
    """Folders of a test lie nowhere else."""
    settings.FEEDS_ROOT = tmp_path / "feeds"
    settings.FEEDS_ROOT.mkdir()
    return settings.FEEDS_ROOT


@pytest.fixture
def house(db, receive) -> Partner:
    """A partner whose files are known: one was saved before."""
    commit_import(receive(people(ANN, BO)))
    return Partner.objects.get(name="Community House")


@pytest.fixture
def feed_of(house, staff) -> Callable[..., PartnerFeed]:
    """A feed of the partner that is due now."""

    def made(location: str, **facts: Any) -> PartnerFeed:
        kind = PartnerFeed.Kind.HTTPS if "://" in location else PartnerFeed.Kind.FOLDER
        facts = {"partner": house, "by": staff, "next_at": timezone.now(), "most_changed": 50, **facts}
        return PartnerFeed.objects.create(kind=kind, location=location, **facts)

    return made


def put(place: Path, name: str, content: bytes, *, age: float = 60) -> Path:
    """Lay a file into a folder that was written `age` seconds ago."""
    import os

    place.mkdir(parents=True, exist_ok=True)
    path = place / name
    path.write_bytes(content)
    then = time.time() - age
    os.utime(path, (then, then))
    return path


class Site:
    """An HTTPS server that answers what a test says, under a certificate this machine trusts."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://127.0.0.1:{self.server.server_address[1]}"

    def serve(self, path: str, content: bytes = b"", *, status: int = 200, **headers: str) -> str:
        """Answer a path with content; gives its address."""

        def answer(door: BaseHTTPRequestHandler) -> None:
            door.send_response(status)
            sent = {"Content-Type": "text/csv", "Content-Length": str(len(content))}
            for name, value in (sent | {key.replace("_", "-"): value for key, value in headers.items()}).items():
                door.send_header(name, value)
            door.end_headers()
            door.wfile.write(content)

        self.answers[path] = answer
        return self.url + path

    def act(self, path: str, answer: Answer) -> str:
        """Answer a path by doing something; gives its address."""
        self.answers[path] = answer
        return self.url + path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> Path:
    """A certificate for this machine, good for a day, with its key."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate: apt-get install openssl")
    folder = tmp_path_factory.mktemp("certificate")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "1", "-subj", "/CN=feed.test", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def site(certificate: Path, monkeypatch, settings) -> Iterator[Site]:
    """The server, trusted; private addresses are allowed."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
    settings.FEEDS_ALLOW_PRIVATE = True
    yield from serving(certificate)


def serving(certificate: Path) -> Iterator[Site]:
    """A running server."""

    class Door(BaseHTTPRequestHandler):
        """Hands each request to the site."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer, or 404."""
            found.asked.append((self.path, dict(self.headers)))
            answer = found.answers.get(self.path.split("?")[0])
            if answer is None:
                self.send_error(404)
            else:
                answer(self)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        """Clients that hang up are no news."""

        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing."""

    server = Quiet(("127.0.0.1", 0), Door)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    found = Site(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def last_run() -> ImportRun:
    """The run that was received last."""
    return ImportRun.objects.latest("pk")
