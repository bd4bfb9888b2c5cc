"""Providers for tests: a small HTTP server that takes mails as Mailgun, SendGrid, SparkPost, Resend and Postmark do.

It fills placeholders in as they do, keeps what would have arrived, and misbehaves exactly as it is told.
"""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

KEYS = {
    "mailgun": {"MAILGUN_API_KEY": "secret"},
    "sendgrid": {"SENDGRID_API_KEY": "secret"},
    "sparkpost": {"SPARKPOST_API_KEY": "secret"},
    "resend": {"RESEND_API_KEY": "secret"},
    "postmark": {"POSTMARK_SERVER_TOKEN": "secret"},
    "brevo": {"BREVO_API_KEY": "secret"},
}


@dataclass(frozen=True)
class Arrived:
    """One mail as its reader would see it."""

    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    marks: dict[str, str]


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    path: str
    headers: Message
    body: Any
    raw: bytes

    @property
    def letters(self) -> list[Arrived]:
        """The mails it asks for."""
        return list(READERS[_kind(self.path)](self.body))


@dataclass
class Provider:
    """What arrived, and what to do next.

    `answer(429, times=2)`, `hang(after=1)` and `drop()` are obeyed request by request; `drop` has taken it already.
    `refuse(lambda letter: …)` answers 400 to every request that holds such a letter.
    """

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0
    seconds: float = 0
    refused: Callable[[Arrived], bool] = lambda _letter: False
    known: dict[str, bytes] = field(default_factory=dict)
    suppressed: set[str] = field(default_factory=set)
    _script: deque[tuple[str, Any]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, status: int, text: str = "no", *, times: int = 1, after: int = 0, **headers: str) -> None:
        """Take nothing and answer with `status`."""
        self._plan("answer", (status, text, headers), times, after)

    def hang(self, seconds: float = 30, *, times: int = 1, after: int = 0, takes: bool = True) -> None:
        """Say nothing for so long; the request was taken, or not."""
        self._plan("hang", (seconds, takes), times, after)

    def drop(self, *, times: int = 1, after: int = 0) -> None:
        """Take the request and hang up."""
        self._plan("drop", None, times, after)

    def environment(self, name: str) -> dict[str, str]:
        """What a process must be told to send through it as `name`."""
        return {"EMAIL_URL": f"{name}://", **self.keys(name)}

    def keys(self, name: str) -> dict[str, str]:
        """Anymail's settings."""
        return {**KEYS[name], f"{name.upper()}_API_URL": f"http://127.0.0.1:{self.port}/{name}/"}

    def recipients(self) -> list[str]:
        """Everybody a mail arrived at, once a mail."""
        return [letter.to for letter in self.arrived]

    def _plan(self, what: str, how: Any, times: int, after: int) -> None:
        self._script.extend([("pass", None)] * after + [(what, how)] * times)

    def next_step(self) -> tuple[str, Any]:
        """What to do with this request."""
        with self._lock:
            return self._script.popleft() if self._script else ("pass", None)


def _kind(path: str) -> str:
    return path.split("/")[1]


# ── How each of them is asked ────────────────────────────────────────────────
def _mailgun(body: dict[str, list[str]]) -> Iterator[Arrived]:
    everybody = json.loads(body.get("recipient-variables", ["{}"])[0])

    def filled(value: str, own: dict[str, str]) -> str:
        return re.sub(r"%recipient\.([^%\s]+)%", lambda found: own.get(found[1], ""), value)

    for to in body["to"]:
        own = everybody.get(to, {})
        one = {name: filled(values[0], own) for name, values in body.items() if name != "recipient-variables"}
        headers = {name[2:]: value for name, value in one.items() if name.startswith("h:")}
        marks = {name[2:]: value for name, value in one.items() if name.startswith("v:")}
        yield Arrived(to, one["subject"], one["text"], one.get("html", ""), headers, marks)


def _sendgrid(body: dict[str, Any]) -> Iterator[Arrived]:
    said = {part["type"]: part["value"] for part in body["content"]}
    for person in body["personalizations"]:

        def filled(value: str, person: dict = person) -> str:
            for name, own in person.get("substitutions", {}).items():
                value = value.replace(name, own)
            return value

        headers = {**body.get("headers", {}), **person.get("headers", {})}
        marks = {**body.get("custom_args", {}), **person.get("custom_args", {})}
        html = filled(said.get("text/html", ""))
        yield Arrived(
            person["to"][0]["email"], filled(body["subject"]), filled(said["text/plain"]), html, headers, marks
        )


def _sparkpost(body: dict[str, Any]) -> Iterator[Arrived]:
    content = body["content"]
    for person in body["recipients"]:
        own = {**body.get("substitution_data", {}), **person.get("substitution_data", {})}

        def filled(value: str, own: dict = own) -> str:
            return re.sub(r"\{\{\{?\s*(\w+)\s*\}?\}\}", lambda found: own.get(found[1], ""), value)

        headers = {name: filled(value) for name, value in content["headers"].items()}
        marks = {**body.get("metadata", {}), **person.get("metadata", {})}
        texts = (filled(content["subject"]), filled(content["text"]), filled(content["html"]))
        yield Arrived(person["address"]["email"], *texts, headers, marks)


def _resend(body: dict[str, Any]) -> Iterator[Arrived]:
    marks = json.loads(body["headers"].get("X-Metadata", "{}"))
    yield Arrived(body["to"][0], body["subject"], body["text"], body.get("html", ""), body["headers"], marks)


def _postmark(body: dict[str, Any]) -> Iterator[Arrived]:
    headers = {one["Name"]: one["Value"] for one in body["Headers"]}
    yield Arrived(body["To"], body["Subject"], body["TextBody"], body["HtmlBody"], headers, body["Metadata"])


def _brevo(body: dict[str, Any]) -> Iterator[Arrived]:
    marks = json.loads(body["headers"].get("X-Mailin-custom", "{}"))
    to = body["to"][0]["email"]
    yield Arrived(to, body["subject"], body["textContent"], body.get("htmlContent", ""), body["headers"], marks)


READERS: dict[str, Callable[[Any], Iterator[Arrived]]] = {
    "mailgun": _mailgun,
    "sendgrid": _sendgrid,
    "sparkpost": _sparkpost,
    "resend": _resend,
    "postmark": _postmark,
    "brevo": _brevo,
}


def _said(kind: str, number: int, letters: list[Arrived]) -> dict[str, Any]:
    """What each of them answers when it took a request."""
    said: dict[str, dict[str, Any]] = {
        "mailgun": {"id": f"<{number}@mailgun.test>", "message": "Queued. Thank you."},
        "sendgrid": {},
        "sparkpost": {
            "results": {"total_accepted_recipients": len(letters), "total_rejected_recipients": 0, "id": str(number)}
        },
        "resend": {"id": f"resend-{number}"},
        "postmark": {
            "ErrorCode": 0,
            "Message": "OK",
            "MessageID": f"postmark-{number}",
            "To": ", ".join(letter.to for letter in letters),
        },
        "brevo": {"messageId": f"<{number}@brevo.test>"},
    }
    return said[kind]


class Door(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """A request."""
        provider = self.server.provider  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        is_json = "json" in self.headers.get("Content-Type", "")
        body = json.loads(raw) if is_json else parse_qs(raw.decode(), keep_blank_values=True)
        request = Request(self.path, self.headers, body, raw)
        with provider._lock:
            provider.requests.append(request)
            provider.busy += 1
            provider.busiest = max(provider.busiest, provider.busy)
        try:
            time.sleep(provider.seconds)
            self._answer(provider, request)
        finally:
            with provider._lock:
                provider.busy -= 1

    def _answer(self, provider: Provider, request: Request) -> None:
        what, how = provider.next_step()
        if what == "answer":
            self._say(how[0], how[1].encode(), how[2])
            return
        if what == "hang" and not how[1]:
            time.sleep(how[0])
            self.close_connection = True
            return
        status, said = self._take(provider, request)
        if what == "hang":
            time.sleep(how[0])
        if what in ("hang", "drop"):
            self.close_connection = True
            return
        self._say(status, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def _take(self, provider: Provider, request: Request) -> tuple[int, dict[str, Any]]:
        """Deliver it, once for each key where it has one."""
        kind, letters = _kind(self.path), request.letters
        if any(provider.refused(letter) for letter in letters):
            return 400, {"message": "to parameter is not a valid address"}
        if kind == "postmark" and letters[0].to in provider.suppressed:
            inactive = f"You tried to send to recipients that are inactive. Found inactive addresses: {letters[0].to}."
            return 422, {"ErrorCode": 406, "Message": f"{inactive} Inactive recipients are ones that bounced."}
        key = self.headers["Idempotency-Key"] or (kind == "brevo" and request.body["headers"].get("idempotencyKey"))
        with provider._lock:
            if key and key in provider.known:
                if kind == "brevo":
                    return 400, {"code": "duplicate_parameter", "message": "idempotencyKey was used"}
                if provider.known[key] != request.raw:
                    return 409, {"name": "invalid_idempotent_request", "message": "other payload"}
                return 200, {"id": "resend-again"}
            if key:
                provider.known[key] = request.raw
            provider.arrived.extend(letters)
            return 200, _said(kind, len(provider.requests), letters)

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: Any) -> None:
        """Tests are quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_who: Any) -> None:
        """Somebody hung up on us, as tests do."""


def serve(provider: Provider) -> ThreadingHTTPServer:
    """Listen on a free port until `shutdown`."""
    server = _Server(("127.0.0.1", 0), Door)
    server.provider = provider  # type: ignore[attr-defined]
    provider.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
