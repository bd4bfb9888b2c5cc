"""A mail server that misbehaves as planned, in a process of its own: it must outlive and not slow down who is tested.

It speaks just enough SMTP. What it does is decided by the address and how often it was tried, from a seed, so that a
run can be repeated. Everything it saw is a line of its log: moment (monotonic, in seconds), what, address, line number.
"""

import asyncio
import json
import random
import re
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

ADDRESS = re.compile(rb"TO:<([^>]*)>", re.IGNORECASE)
END = b"\r\n.\r\n"
RECEIVED = 256 * 1024
"""Bytes the machine takes in before we read them: some would take a whole long message, whose line can then not break
in the middle."""
REPLIES = {
    "later": (b"451 4.3.0 Later", ("rcpt", "data", "message")),
    "never": (b"554 5.7.1 Not today", ("rcpt", "data", "message")),
    "nobody": (b"550 5.1.1 Nobody there", ("rcpt",)),
}
"""Refusals that may be planned, and where they are said."""


@dataclass(frozen=True)
class Plan:
    """What goes wrong: parts (of 1) of first tries by kind; later tries of an address pass.

    Kinds: those of REPLIES, `drop_data` (before DATA), `drop_body` (where the body begins), `drop_deep` (after 100,000
    bytes of it), `drop_dot` (after the final dot; every other message is kept), `hang_rcpt`, `hang_data`,
    `hang_message`. `delay` is how long every reply to a whole message takes. Whoever comes to the phase `hold`, after
    `hold_after` others, waits until the file `go_on` exists.
    """

    parts: dict[str, float] = field(default_factory=dict)
    seed: int = 2026
    delay: float = 0.0
    pipelining: bool = True
    hold: str = ""
    hold_after: int = 0
    go_on: str = ""
    certificate: str = ""

    def fault(self, address: str, tried: int) -> str:
        """What shall go wrong with the try number `tried` (from 0) of this address; empty for nothing."""
        if tried:
            return ""
        draw = random.Random(f"{self.seed} {address} {tried}").random()
        for kind, part in self.parts.items():
            draw -= part
            if draw < 0:
                return kind
        return ""

    def phase_of(self, kind: str, address: str) -> str:
        """Where a refusal is said."""
        return random.Random(f"{self.seed} phase {address}").choice(REPLIES[kind][1])


class Seen(NamedTuple):
    """One thing the server saw: `dot` (a whole message came and was kept), a fault it made, `closed` after a hang."""

    at: float
    what: str
    address: str
    line: int


class Server:
    """The process as a test sees it."""

    def __init__(self, process: subprocess.Popen[str], log: Path, plan: Plan) -> None:
        self.process = process
        self.log = log
        self.plan = plan
        assert process.stdout
        self.port = int(process.stdout.readline())

    def seen(self) -> list[Seen]:
        """Everything until now, in order."""
        whole = self.log.read_text().rpartition("\n")[0]
        rows = (line.split(" ") for line in whole.splitlines())
        return [Seen(float(at), what, address, int(line)) for at, what, address, line in rows]

    def dots(self) -> list[Seen]:
        """Every message that was kept, in order of arrival."""
        return [one for one in self.seen() if one.what == "dot"]

    def received(self) -> Counter[str]:
        """How often each address got it."""
        return Counter(one.address for one in self.dots())

    def count(self) -> int:
        """How many messages were kept."""
        return self.log.read_bytes().count(b" dot ")

    def holding(self) -> bool:
        """Whether somebody is kept waiting."""
        return b" hold " in self.log.read_bytes()

    def release(self) -> None:
        """Let whoever waits go on."""
        Path(self.plan.go_on).touch()


@contextmanager
def mail_server(folder: Path, plan: Plan) -> Iterator[Server]:
    """Run one that follows the plan, and end it afterwards."""
    log = folder / f"server-{time.monotonic_ns()}.log"
    log.touch()
    command = [sys.executable, "-m", "tests.campaigns.faults.server", str(log), json.dumps(asdict(plan))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process, log, plan)
        finally:
            process.kill()


# ── in its own process ───────────────────────────────────────────────────────
class State:
    """What all lines share."""

    def __init__(self, plan: Plan, log: Path) -> None:
        self.plan = plan
        self.file = log.open("a", buffering=1)
        self.tries: Counter[str] = Counter()
        self.dropped = self.held = self.lines = 0

    def note(self, what: str, address: str, line: int) -> None:
        """Write it down at once."""
        self.file.write(f"{time.monotonic():.6f} {what} {address or '-'} {line}\n")


class Line(asyncio.Protocol):
    """One conversation."""

    transport: asyncio.Transport

    def __init__(self, state: State) -> None:
        self.state = state
        self.plan = state.plan
        state.lines += 1
        self.number = state.lines
        self.rest = bytearray()
        self.scanned = 0
        self.in_body = False
        self.address = self.fault = self.hanging = ""
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.say(b"220 faults")
        self.task = asyncio.get_running_loop().create_task(self.listen())

    def data_received(self, data: bytes) -> None:
        """Everything is heard in order, also while an answer takes its time."""
        self.queue.put_nowait(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waited for us does not any more."""
        if self.hanging:
            self.state.note("closed", self.hanging, self.number)
        if self.task:
            self.task.cancel()

    async def listen(self) -> None:
        """Take in what comes."""
        while True:
            data = await self.queue.get()
            self.rest += data
            while await self.step():
                pass

    async def step(self) -> bool:
        """One command or one whole message; False when more must come first."""
        if self.in_body:
            return await self.body()
        end = self.rest.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self.rest[:end])
        del self.rest[: end + 2]
        await self.command(line)
        return True

    async def command(self, line: bytes) -> None:
        """Answer one line."""
        verb = line[:4].upper()
        if verb == b"EHLO":
            extra = b"250-PIPELINING\r\n" if self.plan.pipelining else b""
            self.say(b"250-faults\r\n" + extra + b"250-8BITMIME\r\n250 SMTPUTF8")
        elif verb == b"RCPT":
            await self.recipient(line)
        elif verb == b"DATA":
            await self.data()
        elif verb == b"QUIT":
            self.say(b"221 Bye")
            self.transport.close()
        else:
            self.say(b"250 2.0.0 Ok")

    async def recipient(self, line: bytes) -> None:
        """Who it is for decides what goes wrong."""
        found = ADDRESS.search(line)
        self.address = found.group(1).decode() if found else ""
        self.fault = self.plan.fault(self.address, self.state.tries[self.address])
        self.state.tries[self.address] += 1
        await self.answer("rcpt", b"250 2.1.5 Ok")

    async def data(self) -> None:
        """Before the body."""
        if self.refused:
            self.say(b"503 5.5.1 Nobody to send it to")
        elif self.fault == "drop_data":
            self.drop()
        elif self.fault == "drop_body":
            self.say_and_hang_up(b"354 Go on")
        elif await self.answer("data", b"354 Go on"):
            self.in_body, self.scanned = True, 0
            self.rest[:0] = b"\r\n"  # a lone dot ends an empty message

    async def body(self) -> bool:
        """The message, until its final dot."""
        if self.plan.hold == "body":
            await self.keep_waiting("body")
        end = self.rest.find(END, max(0, self.scanned - len(END)))
        self.scanned = len(self.rest)
        if self.fault == "drop_deep" and self.scanned > 100_000:
            self.drop()
        if end < 0:
            return False
        del self.rest[: end + len(END)]
        self.in_body = False
        if self.fault == "drop_dot":
            self.state.dropped += 1
            if self.state.dropped % 2:
                self.state.note("dot", self.address, self.number)
            self.drop()
            return False
        at = time.monotonic()
        if self.plan.delay:
            await asyncio.sleep(self.plan.delay)
        await self.answer("message", b"250 2.0.0 Kept", at)
        return True

    async def answer(self, phase: str, welcome: bytes, at: float = 0.0) -> bool:
        """Say what is planned at this phase; True when it was a welcome."""
        if phase == self.plan.hold:
            await self.keep_waiting(phase)
        if self.fault == f"hang_{phase}":
            self.state.note(self.fault, self.address, self.number)
            self.hanging = self.address
            await asyncio.sleep(3600)
        if self.fault in REPLIES and self.plan.phase_of(self.fault, self.address) == phase:
            self.state.note(self.fault, self.address, self.number)
            self.say(REPLIES[self.fault][0])
            return False
        if phase == "message":
            self.state.file.write(f"{at:.6f} dot {self.address} {self.number}\n")
        self.say(welcome)
        return True

    @property
    def refused(self) -> bool:
        """Whether the recipient of this message was not taken."""
        return self.fault in REPLIES and self.plan.phase_of(self.fault, self.address) == "rcpt"

    async def keep_waiting(self, phase: str) -> None:
        """Until the test lets us go on."""
        self.state.held += 1
        if self.state.held <= self.plan.hold_after or Path(self.plan.go_on).exists():
            return
        self.state.note("hold", self.address, self.number)
        self.transport.pause_reading()
        while not Path(self.plan.go_on).exists():
            await asyncio.sleep(0.01)
        self.transport.resume_reading()

    def say(self, words: bytes) -> None:
        """One reply."""
        self.transport.write(words + b"\r\n")

    def drop(self) -> None:
        """Cut the line."""
        self.state.note(self.fault, self.address, self.number)
        self.transport.abort()

    def say_and_hang_up(self, words: bytes) -> None:
        """Ask for the body and be gone: both reach the other side in one piece, so that the body comes too late."""
        self.state.note(self.fault, self.address, self.number)
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.say(words)
        if self.plan.certificate:
            self.transport.close()
        else:
            self.transport.write_eof()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


async def _serve(log: Path, plan: Plan) -> None:
    state = State(plan, log)
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio lets small answers leave at once on these only
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)
    listening.bind(("127.0.0.1", 0))
    context = None
    if plan.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(plan.certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(state), sock=listening, ssl=context, backlog=200)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), Plan(**json.loads(sys.argv[2]))))
