"""The keys under which two who may be one meet; a pair that shares none is never compared."""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from contacts.identity.rules.evidence import ROLE_INBOXES, local
from contacts.identity.rules.nicknames import called, whole
from contacts.identity.rules.organisations import domains
from contacts.identity.rules.traits import Traits


class Kind(IntEnum):
    """What a key is made of; it stands in the last four bits of the key."""

    EMAIL = 0
    PHONE = 1
    ADDRESS = 2
    NAME = 3
    INBOX_NAME = 4
    NAME_AND_ZIP = 5
    SOUND_AND_ZIP = 6
    SPELLING_AND_ZIP = 7
    SOUND = 8
    ORGANISATION = 9
    WORD = 10
    DOMAIN = 11


MOST = {
    Kind.EMAIL: 60, Kind.PHONE: 60, Kind.ADDRESS: 40, Kind.NAME: 12, Kind.INBOX_NAME: 30, Kind.NAME_AND_ZIP: 80,
    Kind.SOUND_AND_ZIP: 80, Kind.SPELLING_AND_ZIP: 80, Kind.SOUND: 12, Kind.ORGANISATION: 40, Kind.WORD: 60,
    Kind.DOMAIN: 30,
}  # fmt: skip
"""How many may share a key of each kind; a name that hundreds bear says nothing by itself."""
CONTACT = (Kind.EMAIL, Kind.PHONE, Kind.ADDRESS)
_SOUNDS = [(re.compile(pattern), sound) for pattern, sound in (
    ("ph", "f"), ("sch|sh|ch|x", "s"), ("ck|qu|q|k|c(?=[aou])", "k"), ("c|z", "s"), ("b", "v"), ("h", ""),
    ("gu(?=[ei])|j|g", "g"), ("ll|y", "i"), ("m", "n"), ("d", "t"), ("w", "v"),
)]  # fmt: skip


@lru_cache(maxsize=16384)
def sound(name: str) -> str:
    """How a name sounds, in English or Spanish alike: González and Gonsales are one."""
    start = name[:1]
    for pattern, letters in _SOUNDS:
        name = pattern.sub(letters, name)
    kept = [letter for place, letter in enumerate(name) if place == 0 or letter not in "aeiou"]
    return (start if start in "aeiou" else "") + "".join(
        letter for place, letter in enumerate(kept) if place == 0 or letter != kept[place - 1]
    ).lstrip("aeiou")


def keys_of(one: Traits) -> list[int]:
    """The keys of a stakeholder, each once; the first is that of their full name."""
    said = _of_organisation(one) if one.kind == "organisation" else _of_person(one)
    return list(dict.fromkeys(_key(kind, text) for kind, text in said))


def _key(kind: Kind, text: str) -> int:
    number = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
    return (number & ~15) | kind


def _of_person(one: Traits) -> Iterator[tuple[Kind, str]]:
    if one.first and one.lasts:
        yield Kind.NAME, _both(whole(one.first), one.lasts[0])
        yield from _names(one)
    yield from _contacts(one)
    for pk in one.organisations:
        for name in (*one.lasts, whole(one.first)):
            yield Kind.ORGANISATION, f"{pk} {name}"


def _contacts(one: Traits) -> Iterator[tuple[Kind, str]]:
    for address in one.emails:
        yield Kind.EMAIL, f"@{address}"
        part = local(address)
        if len(part) >= 5 and part not in ROLE_INBOXES:
            yield Kind.INBOX_NAME, f"l {part}"
    for number in one.phones:
        yield Kind.PHONE, f"p {number}"
    for address in one.streets:
        yield Kind.ADDRESS, f"a {address}"


def _names(one: Traits) -> Iterator[tuple[Kind, str]]:
    """Without a zip code only names that few bear; within one, names that are spelled or sound alike."""
    first, zip_code = whole(one.first), one.zip
    for last in one.lasts:
        for full in called(one.first):
            yield Kind.NAME, _both(full, last)
        yield Kind.SOUND, f"s {sound(first)} {sound(last)}"
        if zip_code:
            yield Kind.SOUND_AND_ZIP, f"{zip_code} {sound(last)} {first[0]}"
            yield Kind.SPELLING_AND_ZIP, f"{zip_code} {first} {last[:2]}"
            yield Kind.SPELLING_AND_ZIP, f"{zip_code} {first} -{last[-3:]}"
            yield Kind.SPELLING_AND_ZIP, f"{zip_code} {last} -{first[-3:]}"
            for full in (*called(one.first), *one.firsts[1:2]):
                yield Kind.NAME_AND_ZIP, f"{zip_code} {_both(full, last)}"


def _both(first: str, last: str) -> str:
    """First and last name, whichever stands first."""
    return " ".join(sorted((first, last)))


def _of_organisation(one: Traits) -> Iterator[tuple[Kind, str]]:
    words = one.lasts
    if words:
        yield Kind.NAME, "o " + " ".join(sorted(words))
        yield Kind.NAME, "o " + "".join(words)
        yield Kind.WORD, "o " + "".join(word[0] for word in words) if len(words) > 2 else f"o {words[0]}"
        for word in words:
            yield Kind.WORD, f"o {sound(word)} {one.zip}"
        for pair in pairwise(words):
            yield Kind.WORD, "o " + " ".join(map(sound, pair))
    yield from ((kind, f"o{text}") for kind, text in _contacts(one))
    for domain in domains(one):
        yield Kind.DOMAIN, domain
