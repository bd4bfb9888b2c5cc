"""A partner's folder: FEEDS_ROOT / partner / folder, and nothing outside it."""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _

from contacts.imports.actions import LARGEST_FILE
from contacts.imports.feeds.errors import Trouble, WrongPlace
from contacts.imports.feeds.found import Found
from contacts.imports.models import Partner

ENDINGS = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".ods", ".zip"})
SETTLED = 30
"""Seconds for which a file must not have changed: one that is being written is left alone."""
BLOCK = 1 << 20


def home_of(partner: Partner) -> Path:
    """The partner's own folder; it keeps its name when the partner is renamed, because it ends with their number."""
    root = Path(settings.FEEDS_ROOT)
    known = sorted(root.glob(f"*-{partner.pk}")) if root.is_dir() else []
    return known[0] if known else root / f"{slugify(partner.name)[:60] or 'partner'}-{partner.pk}"


def place_of(partner: Partner, location: str) -> Path:
    """The folder that `location` means inside the partner's own; raises WrongPlace for any other."""
    parts = [part for part in location.replace("\\", "/").split("/") if part not in ("", ".")]
    if location.strip().startswith(("/", "~")) or ".." in parts or any("\0" in part for part in parts):
        raise WrongPlace(_("Name a folder inside the partner’s own, such as weekly, or leave it empty."))
    return home_of(partner).joinpath(*parts)


def make_place(partner: Partner, location: str) -> Path:
    """The folder, made if it is not there yet."""
    place = place_of(partner, location)
    place.mkdir(parents=True, exist_ok=True)
    _refuse_links(place)
    return place


def newest(partner: Partner, location: str) -> Found | None:
    """A copy of the newest file that nobody is writing to, None when there is none. Raises Trouble, WrongPlace."""
    place = place_of(partner, location)
    _refuse_links(place)
    files = sorted(_files(place), key=lambda found: found[0], reverse=True)
    for _changed, path in files[:1]:
        return _copied(path)
    return None


def _refuse_links(place: Path) -> None:
    """No part of the way below FEEDS_ROOT is a link: it could lead anywhere."""
    root = Path(settings.FEEDS_ROOT).resolve()
    step = root
    for part in place.relative_to(Path(settings.FEEDS_ROOT)).parts:
        step = step / part
        if step.is_symlink():
            raise WrongPlace(_("This folder is a link to another place. Feeds read real folders only."))
    if not place.is_dir():
        raise Trouble(_("The folder %(folder)s is not there.") % {"folder": place.name})


def _files(place: Path) -> Iterator[tuple[float, Path]]:
    """Files that may be lists, with when they were changed."""
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~")) or Path(entry.name).suffix.lower() not in ENDINGS:
                continue
            if entry.is_symlink() or not entry.is_file(follow_symlinks=False):
                continue
            changed = entry.stat(follow_symlinks=False).st_mtime
            if changed <= time.time() - SETTLED:
                yield changed, Path(entry.path)


def _copied(path: Path) -> Found:
    """A copy, taken without following links; raises Trouble when the file changes under our hands."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Trouble(_("The file %(name)s cannot be opened.") % {"name": path.name}) from error
    with os.fdopen(number, "rb") as source:
        before = os.fstat(number)
        if not stat.S_ISREG(before.st_mode):
            raise Trouble(_("The file %(name)s cannot be opened.") % {"name": path.name})
        if before.st_size > LARGEST_FILE:
            raise Trouble(_("The file %(name)s is larger than 512 MB.") % {"name": path.name})
        found = Found(name=path.name)
        while found.size < before.st_size and (chunk := source.read(BLOCK)):
            found.write(chunk)
        after = os.fstat(number)
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        found.copy.close()
        raise Trouble(_("The file %(name)s is being written. It is read next time.") % {"name": path.name})
    return found
