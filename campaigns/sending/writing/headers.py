"""Header lines that say just what somebody wrote (RFC 5322, 2047, 6532), whatever letters it has.

The standard library reads `=?utf-8?q?x?=` in a name as code, splits letters between two encoded words and makes lines
that are too long; what people write is text, so everything but plain words is encoded here.
"""

import re
import textwrap
from base64 import b64encode

import idna

from campaigns.content.merge import one_line

LINE = 76
"""The longest line with an encoded word in it (RFC 2047)."""
AROUND = len("=?utf-8?q??=")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ORDINARY = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*").fullmatch
_QUOTED_LOCAL = re.compile(r'"(?:[!#-;=?-\[\]-~]|\\[!-;=?-~])+"').fullmatch
_LITERAL = re.compile(r"\[[A-Za-z0-9:.]+\]").fullmatch
_PLAIN_PHRASE = re.compile(rf"{_ATOM}(?: {_ATOM})*").fullmatch
_STANDS_FOR_ITSELF = re.compile(r"[A-Za-z0-9!*+/-]").fullmatch


class NoSuchAddress(Exception):
    """The address cannot be written in mail at all."""


def wire_address(address: str) -> str:
    """The address with its domain in ASCII letters, as mail servers know it; raises NoSuchAddress."""
    if _ORDINARY(address):
        return address
    local, _at, domain = address.rpartition("@")
    letters = "".join("a" if ord(letter) > 127 and letter.isprintable() else letter for letter in local)
    if not (_QUOTED_LOCAL(local) or _ORDINARY(f"{letters}@a")):
        raise NoSuchAddress
    if _LITERAL(domain):
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except UnicodeError as error:
        raise NoSuchAddress from error


def text_header(name: str, value: str) -> bytes:
    """A header of free text, such as the subject."""
    value = one_line(value)
    if value.isascii() and "=?" not in value:
        if len(name) + len(value) < LINE - 1:
            return f"{name}: {value}\r\n".encode()
        if max(map(len, value.split(" "))) < LINE - len(name) - 2:
            return _folded(f"{name}: {value}")
    return f"{name}: {_encoded(value, len(name) + 2)}\r\n".encode()


def mailbox_header(name: str, said: str, address: str) -> bytes:
    """A header that names one address, such as the sender, by what it is called."""
    phrase = _phrase(one_line(said), len(name) + 2)
    line = f"{name}: {phrase} <{address}>" if phrase else f"{name}: <{address}>"
    if phrase and len(line) - line.rfind("\n") > LINE:
        line = f"{name}: {phrase}\r\n <{address}>"
    return f"{line}\r\n".encode()


def _phrase(said: str, column: int) -> str:
    short = said.isascii() and "=?" not in said and len(said) < 2 * LINE // 3
    if short and (not said or _PLAIN_PHRASE(said)):
        return said
    if short:
        return '"{}"'.format(said.replace("\\", "\\\\").replace('"', '\\"'))
    return _encoded(said, column)


def _folded(line: str) -> bytes:
    lines = textwrap.wrap(line, LINE, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False)
    return "\r\n".join([*lines, ""]).encode()


def _encoded(value: str, column: int) -> str:
    """`value` as encoded words of whole letters, the first of them at `column` of its line."""
    value = value.encode("utf-8", "replace").decode()
    wordy = sum(map(len, map(_quoted, value))) <= 4 * len(value.encode()) / 3
    words, word, room = [], "", LINE - column - AROUND
    for letter in value:
        if _size(word + letter, wordy) > room:
            words.append(word)
            word, room = "", LINE - 1 - AROUND
        word += letter
    return "\r\n ".join(_word(one, wordy) for one in [*words, word])


def _size(word: str, wordy: bool) -> int:
    return sum(map(len, map(_quoted, word))) if wordy else -(-len(word.encode()) // 3) * 4


def _word(word: str, wordy: bool) -> str:
    if wordy:
        return f"=?utf-8?q?{''.join(map(_quoted, word))}?="
    return f"=?utf-8?b?{b64encode(word.encode()).decode()}?="


def _quoted(letter: str) -> str:
    if letter == " ":
        return "_"
    return letter if _STANDS_FOR_ITSELF(letter) else "".join(f"={byte:02X}" for byte in letter.encode())
