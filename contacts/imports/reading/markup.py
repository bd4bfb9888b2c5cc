"""XML inside workbooks, read as a stream; what it declares or points to is never followed."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from xml.parsers import expat

from django.utils.translation import gettext as _

from contacts.imports.errors import Unreadable
from contacts.imports.reading.archive import bomb, damaged, opened_archive

BLOCK = 1 << 16
LONGEST_TAG = 4 << 20
"""Bytes of one element with its attributes."""


class Listener(Protocol):
    """Hears the elements of a document by their names without prefixes."""

    def start(self, name: str, facts: dict[str, str]) -> None:
        """An element begins, with its attributes."""

    def end(self, name: str) -> None:
        """An element is over."""

    def text(self, text: str) -> None:
        """Letters between the two."""


class Enough(Exception):
    """A listener has what it wanted and needs no more of the document."""


def heard(path: Path, entry: zipfile.ZipInfo | str, listener: Listener) -> Iterator[None]:
    """Let `listener` hear an entry of an archive; yields after every block of it.

    Raises Unreadable for what is no XML, and for XML that declares entities of its own.
    """
    parser = _parser(listener)
    with opened_archive(path) as archive:
        try:
            with archive.open(entry) as source:
                read = 0
                while block := source.read(BLOCK):
                    parser.Parse(block, False)
                    read += len(block)
                    if read - parser.CurrentByteIndex > LONGEST_TAG:
                        raise Unreadable(bomb())
                    yield
                parser.Parse(b"", True)
                yield
        except Enough:
            yield
        except (expat.ExpatError, KeyError) as error:
            raise Unreadable(damaged()) from error


def hear(path: Path, entry: zipfile.ZipInfo | str, listener: Listener) -> None:
    """Let `listener` hear all of an entry, or as much as it wants."""
    for _block in heard(path, entry, listener):
        pass


def _parser(listener: Listener) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, facts: listener.start(name.rpartition(":")[2], facts)
    parser.EndElementHandler = lambda name: listener.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = listener.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    return parser


def _refuse(*declared: object) -> None:
    raise Unreadable(
        _("This workbook points to things outside of it and was not opened. Save the list as CSV and send that.")
    )
