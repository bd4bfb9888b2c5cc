"""A mail server that only counts: fast enough never to be what a benchmark measures.

python -m benchmarks.sink [--delay SECONDS]     prints its port, and the time when it had its first message
"""

import argparse
import asyncio
import sys
import time

import uvloop

END = b"\r\n.\r\n"
MOUTHFUL = 256 * 1024


class Sink(asyncio.BufferedProtocol):
    """Speaks just enough SMTP, pipelining included, and forgets every message; every answer takes `delay` seconds."""

    delay = 0.0
    had_one = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = transport
        self.buffer = bytearray(MOUTHFUL)
        self.view = memoryview(self.buffer)
        self.have = 0
        self.in_body = False
        self.say(b"220 sink\r\n")

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return self.view[self.have :]

    def buffer_updated(self, nbytes: int) -> None:
        """Answer every command and every finished message."""
        self.have += nbytes
        at = 0
        answers: list[bytes] = []
        while at < self.have:
            if self.in_body:
                end = self.buffer.rfind(END, at, self.have)  # a body ends close to what came last: nobody sends two
                if end < 0:
                    at = max(at, self.have - len(END) + 1)
                    break
                at, self.in_body = end + len(END), False
                answers.append(b"250 2.0.0 Ok\r\n")
                self.first_message()
                continue
            end = self.buffer.find(b"\n", at, self.have)
            if end < 0:
                break
            answers.append(self.answer(bytes(self.view[at:end]).strip().upper()))
            at = end + 1
        rest = bytes(self.view[at : self.have])
        self.view[: len(rest)] = rest
        self.have = len(rest)
        if answers:
            self.say(b"".join(answers))

    def first_message(self) -> None:
        """Say when the first of all came."""
        if not Sink.had_one:
            Sink.had_one = True
            tell(time.time())

    def answer(self, line: bytes) -> bytes:
        """What to say to one command."""
        if line.startswith(b"EHLO"):
            return b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
        if line == b"DATA":
            self.in_body = True
            return b"354 Go on\r\n"
        return b"221 Bye\r\n" if line == b"QUIT" else b"250 2.0.0 Ok\r\n"

    def say(self, words: bytes) -> None:
        """Now, or after the delay."""
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, words)  # type: ignore[attr-defined]
        else:
            self.transport.write(words)  # type: ignore[attr-defined]


def tell(number: float) -> None:
    """One line for whoever started us."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


async def main() -> None:
    """Listen on a free port and print it."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    tell(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay", type=float, default=0.0)
    Sink.delay = parser.parse_args().delay
    uvloop.run(main())
