"""Known exports: the files that the tools of partners write, known again by their headings.

To teach one more: docs/recipes/teach-a-new-export.md.
"""

from collections.abc import Iterable

from contacts.imports.mapping.exports.address_books import ADDRESS_BOOKS
from contacts.imports.mapping.exports.crms import CRMS
from contacts.imports.mapping.exports.events import EVENTS
from contacts.imports.mapping.exports.known import Export
from contacts.imports.mapping.exports.newsletters import NEWSLETTERS
from contacts.imports.mapping.exports.ours import OURS
from contacts.imports.mapping.headers import plain

KNOWN: tuple[Export, ...] = (OURS, *NEWSLETTERS, *ADDRESS_BOOKS, *EVENTS, *CRMS)


HEADINGS = frozenset(heading for export in KNOWN for heading, field in export.columns.items() if field)
"""Every heading of theirs that means something."""


def recognise(headers: Iterable[str]) -> Export | None:
    """The tool whose export has these headings; of several the one with the most signs."""
    found = {plain(heading) for heading in headers}
    best = max(KNOWN, key=lambda export: export.fits(found), default=None)
    return best if best and best.fits(found) else None


def named(key: str) -> Export | None:
    """The known export with this short name."""
    return next((export for export in KNOWN if export.key == key), None)


__all__ = ["HEADINGS", "KNOWN", "Export", "named", "recognise"]
