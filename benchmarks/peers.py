"""What the newsletter engine is held against: the usual ways to send, and the same bytes without any engine at all."""

import asyncio
import socket
import time
from collections.abc import Iterator

import uvloop
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template import Context, Template

BACKEND = "django.core.mail.backends.smtp.EmailBackend"
Ready = tuple[str, str, bytes]
"""Sender, recipient and the bytes of a message."""


def djangos_loop(messages: int, html: str, text: str) -> float:
    """Messages a second of `EmailMultiAlternatives` over one kept connection, and no ledger at all."""
    as_html, as_text = Template(html), Template(text)
    started = time.perf_counter()
    with get_connection(BACKEND) as connection:
        for values in _readers(messages):
            mail = EmailMultiAlternatives("News", as_text.render(values), to=[values["address"]])
            mail.attach_alternative(as_html.render(values), "text/html")
            connection.send_messages([mail])
    return messages / (time.perf_counter() - started)


def post_office(messages: int, html: str, text: str) -> float:
    """Messages a second of django-post-office, which keeps a row for each; queueing them is not counted."""
    from post_office import mail
    from post_office.mail import send_queued
    from post_office.models import STATUS, Email

    as_html, as_text = Template(html), Template(text)
    mail.send_many(
        [
            {
                "recipients": [values["address"]],
                "sender": "hello@example.org",
                "subject": "News",
                "message": as_text.render(values),
                "html_message": as_html.render(values),
            }
            for values in _readers(messages)
        ]
    )
    started = time.perf_counter()
    while Email.objects.exclude(status=STATUS.sent).exists():
        send_queued()
    return messages / (time.perf_counter() - started)


def _readers(messages: int) -> Iterator[Context]:
    for number in range(messages):
        link = f"https://example.org/leave/{number}/"
        values = {"first_name": f"Person{number}", "unsubscribe_url": link, "address": f"p{number}@example.org"}
        yield Context(values)


def one_line(port: int, ready: list[Ready], messages: int) -> float:
    """Messages a second of ready bytes over one blocking connection, pipelined (RFC 2920)."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _expect(line, 1)
        line.sendall(b"EHLO peer\r\n")
        _expect(line, 4)
        started = time.perf_counter()
        line.sendall(_envelope(ready[0]))
        _expect(line, 3)
        for number in range(messages):
            line.sendall(ready[number % len(ready)][2] + b".\r\n" + _envelope(ready[(number + 1) % len(ready)]))
            _expect(line, 4)
        return messages / (time.perf_counter() - started)


def _expect(line: socket.socket, lines: int) -> None:
    while lines > 0:
        lines -= line.recv(65536).count(b"\n")


def _envelope(message: Ready) -> bytes:
    sender, recipient, _data = message
    return f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode()


class Runner(asyncio.Protocol):
    """One of several connections that take ready messages from a common heap."""

    def __init__(self, heap: Iterator[Ready], done: asyncio.Future[None]) -> None:
        self.heap, self.done = heap, done
        self.message: Ready | None = None
        self.owed = 1
        self.greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the greeting."""
        self.line = transport

    def data_received(self, data: bytes) -> None:
        """Once everything asked was answered, send the message in hand and announce the next."""
        self.owed -= data.count(b"\n")
        if self.owed > 0:
            return
        if not self.greeted:
            self.greeted, self.owed = True, 4
            self.line.write(b"EHLO peer\r\n")  # type: ignore[attr-defined]
            return
        body = self.message[2] + b".\r\n" if self.message else b""
        self.message = next(self.heap, None)
        self.owed = (1 if body else 0) + (3 if self.message else 0)
        if self.owed:
            self.line.write(body + (_envelope(self.message) if self.message else b""))  # type: ignore[attr-defined]
        elif not self.done.done():
            self.done.set_result(None)


def many_lines(port: int, ready: list[Ready], messages: int, *, lines: int = 8) -> float:
    """Messages a second of ready bytes over several connections on uvloop: as fast as Python gets."""

    async def run() -> float:
        loop = asyncio.get_running_loop()
        heap = (ready[number % len(ready)] for number in range(messages))
        waits: list[asyncio.Future[None]] = [loop.create_future() for _ in range(lines)]
        started = time.perf_counter()
        for done in waits:
            await loop.create_connection(lambda done=done: Runner(heap, done), "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.gather(*waits)
        return messages / (time.perf_counter() - started)

    return uvloop.run(run())
