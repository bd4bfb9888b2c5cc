"""The line of a session: writes what it takes at the moment, and cuts what comes into replies. Nothing here waits."""

import socket
import ssl
from collections.abc import Iterator

BUSY = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""The line takes or has nothing at this moment."""
MOUTHFUL = 65536
LONGEST_REPLY = 64 * 1024

Reply = tuple[int, list[bytes]]
"""Code, and the words of each of its lines."""


class LineLost(Exception):
    """The connection broke or fell silent; the text says how."""


class Line:
    """The bytes of one connection; `unsent` is what it did not take yet."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.encrypted = isinstance(sock, ssl.SSLSocket)
        self.unsent = memoryview(b"")
        self._read = b""
        self._lines: list[bytes] = []

    def write(self, *parts: bytes) -> None:
        """Send these, the rest of them when `flush` is called; raises LineLost."""
        if self.encrypted or self.unsent:
            self.unsent = memoryview(b"".join((self.unsent, *parts)))
            self.flush()
            return
        sent = 0
        try:
            sent = self.sock.sendmsg(parts)
        except BUSY:
            pass  # all of it waits
        except OSError as error:
            self.unsent = memoryview(b"".join(parts))
            raise _broke("while writing", error) from error
        if sent < sum(map(len, parts)):
            self.unsent = memoryview(b"".join(parts))[sent:]

    def flush(self) -> None:
        """Send what waits, as far as the line takes it; raises LineLost."""
        try:
            while self.unsent:
                self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except BUSY:
            return
        except OSError as error:
            raise _broke("while writing", error) from error

    def hung_up(self) -> bool:
        """Whether the server is gone, or speaks, where it has nothing to say."""
        try:
            self.sock.recv(1, 0 if self.encrypted else socket.MSG_PEEK)  # the line is lost then, and so may be the byte
        except BUSY:
            return False
        except OSError:
            return True
        return True

    def replies(self) -> Iterator[Reply]:
        """Whole replies that came; raises LineLost when the server hung up or speaks nonsense."""
        more = True
        while more:
            try:
                data = self.sock.recv(MOUTHFUL)
            except BUSY:
                return
            except OSError as error:
                raise _broke("", error) from error
            if not data:
                raise LineLost("the server hung up")
            more = self.encrypted or len(data) == MOUTHFUL
            yield from self._cut(data)

    def _cut(self, data: bytes) -> Iterator[Reply]:
        """Cut what came into replies; a reply of several lines is one."""
        *lines, self._read = (self._read + data).split(b"\n")
        if len(self._read) + sum(map(len, self._lines)) > LONGEST_REPLY:
            raise LineLost("no end of a reply")
        for line in lines:
            if not line[:3].isdigit():
                raise LineLost("no readable reply")
            if line[3:4] == b"-":
                self._lines.append(line[4:].strip())
                continue
            words = [line[4:].strip()]
            if self._lines:
                words, self._lines = self._lines + words, []
            yield int(line[:3]), words


def _broke(when: str, error: OSError) -> LineLost:
    return LineLost(f"{when} ({type(error).__name__})".strip())
