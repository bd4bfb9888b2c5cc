"""A mail server that only counts: fast enough never to be what a benchmark measures."""

import asyncio
import sys

import uvloop


class Sink(asyncio.Protocol):
    """Speaks just enough SMTP, pipelining included, and forgets every message."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = transport
        self.rest = b""
        self.in_body = False
        transport.write(b"220 sink\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Answer every command and every finished message."""
        data = self.rest + data if self.rest else data
        answers: list[bytes] = []
        while data:
            if self.in_body:
                end = data.find(b"\r\n.\r\n")
                if end < 0:
                    data = data[-4:]
                    break
                data, self.in_body = data[end + 5 :], False
                answers.append(b"250 2.0.0 Ok\r\n")
                continue
            end = data.find(b"\n")
            if end < 0:
                break
            line, data = data[:end].strip().upper(), data[end + 1 :]
            answers.append(self.answer(line))
        self.rest = data
        if answers:
            self.transport.write(b"".join(answers))  # type: ignore[attr-defined]

    def answer(self, line: bytes) -> bytes:
        """What to say to one command."""
        if line.startswith(b"EHLO"):
            return b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
        if line == b"DATA":
            self.in_body = True
            return b"354 Go on\r\n"
        return b"221 Bye\r\n" if line == b"QUIT" else b"250 2.0.0 Ok\r\n"


async def main() -> None:
    """Listen on a free port and print it."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
