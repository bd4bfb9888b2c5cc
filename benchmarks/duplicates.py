"""How well and how fast duplicates are found among invented people whose truth is known.

python -m benchmarks.duplicates [--people 250000] [--seed 2031]

The rules were tuned on other seeds than the one that is measured.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import django

from benchmarks.invented import Entry, House, entries, houses

SECONDS, RECALL, PRECISION, MILLISECONDS, MEGABYTES = 120, 0.95, 0.95, 200, 300
"""What a scan of 250,000 must reach on the machine we build on."""
OF_HOUSES = 0.95, 0.9
"""Recall and precision of organisations: of two churches of one name and no address nobody can tell."""
CHANGED = 2_000

HOUSES, FIRST_HOUSE = 40, 9_000_001
"""One organisation to so many people, and the number in the book from which they stand."""
STAKEHOLDERS = (
    "COPY contacts_stakeholder (id, kind, name, first_name, last_name, language, zip, source, notes, search,"
    " created_at, updated_at) FROM STDIN"
)
POINTS = (
    "COPY contacts_contactpoint (stakeholder_id, kind, value, normalized, fingerprint, label, status,"
    " is_primary, created_at) FROM STDIN"
)

Pair = tuple[int, int]
Book = dict[int, Entry | House]


def invented(people: int, seed: int) -> Book:
    """Everybody of the book under their number: people, and organisations of which the first ones employ them."""
    found: Book = dict(enumerate(entries(people, seed), 1))
    return found | dict(enumerate(houses(max(2_500, people // HOUSES), seed), FIRST_HOUSE))


def load(book: Book) -> None:
    """Put everybody in the book, past the triggers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with cursor.copy(STAKEHOLDERS) as copy:
            for pk, entry in book.items():
                copy.write_row((pk, *_named(entry), entry.zip, "bench", "", "", "2026-01-01", "2026-01-01"))
        with cursor.copy(POINTS) as copy:
            for row in points(book):
                copy.write_row((*row, "", "valid", False, "2026-01-01"))
        with cursor.copy("COPY contacts_affiliation (person_id, organisation_id, role) FROM STDIN") as copy:
            for pk, entry in book.items():
                if isinstance(entry, Entry) and entry.work:
                    copy.write_row((pk, FIRST_HOUSE - 1 + entry.work, ""))
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SELECT setval(pg_get_serial_sequence('contacts_stakeholder', 'id'), 10000000)")
        cursor.execute("ANALYZE contacts_stakeholder, contacts_contactpoint, contacts_affiliation")


def _named(entry: Entry | House) -> tuple[str, str, str, str, str]:
    """Kind, names and language, as the book's columns have them."""
    if isinstance(entry, House):
        return "organisation", entry.name, "", "", "en"
    return "person", f"{entry.first} {entry.last}", entry.first, entry.last, entry.language


def points(book: Book) -> Iterator[tuple[int, str, str, str, str]]:
    """Every address and number of everybody."""
    for pk, entry in book.items():
        for address in dict.fromkeys(entry.emails):
            yield pk, "email", address, address, f"{pk:032d}"
        for number in entry.phones:
            yield pk, "phone", number, number, ""
        if entry.street:
            yield pk, "postal", entry.street, entry.street.lower(), ""


def truth_of(book: Book) -> set[Pair]:
    """Every two entries of one human, and of one organisation."""
    of: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for pk, entry in book.items():
        of[isinstance(entry, House), entry.number].append(pk)
    return {pair for group in of.values() for pair in combinations(sorted(group), 2)}


def by_kind(pairs: set[Pair]) -> tuple[set[Pair], set[Pair]]:
    """Pairs of people, and those of organisations."""
    of_houses = {pair for pair in pairs if pair[0] >= FIRST_HOUSE}
    return pairs - of_houses, of_houses


def found_pairs(score: int) -> set[Pair]:
    """The pairs the page shows."""
    from contacts.models import DuplicateCandidate

    found = DuplicateCandidate.objects.filter(state="open", score__gte=score)
    return set(found.values_list("one_id", "other_id").iterator())


def stories(book: Book, truth: set[Pair], found: set[Pair]) -> list[tuple[str, int, float]]:
    """How many pairs each kind of story has, and how much of them was found."""
    every: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for one, other in truth:
        told = (book[one].story | book[other].story) or {"written down twice"}
        told = {f"organisation: {story}" for story in told} if isinstance(book[one], House) else told
        every.update(told)
        if (one, other) in found:
            got.update(told)
    return [(story, number, got[story] / number) for story, number in every.most_common()]


def page_milliseconds(client) -> float:
    """The middle one of seven times the first page of candidates takes."""
    from django.urls import reverse

    url, times = reverse("admin:contacts_duplicatecandidate_changelist"), []
    for _round in range(7):
        started = time.perf_counter()
        assert client.get(url).status_code == 200
        times.append(1000 * (time.perf_counter() - started))
    return sorted(times)[3]


class Scan(NamedTuple):
    """A scan in a process of its own, as a worker runs it."""

    report: dict
    cpu: float
    megabytes: int


def scan(*options: str) -> Scan:
    """Run the command and see what it took."""
    from django.conf import settings

    from tests.workers import database_url

    process = subprocess.Popen(
        [sys.executable, "manage.py", "find_duplicates", "--json", *options],
        cwd=settings.ROOT,
        env=os.environ | {"DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    pid, megabytes = 0, 0
    while not pid:
        megabytes = max(megabytes, _megabytes_of(process.pid))
        time.sleep(0.05)
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
    assert status == 0, status
    return Scan(json.loads(process.stdout.read()), used.ru_utime + used.ru_stime, megabytes)


def _megabytes_of(pid: int) -> int:
    """The peak of a running process since it became the program it is.

    What the system says when it ends (`ru_maxrss`) counts the process it was split off from, too: here that is
    the one that holds the whole truth about everybody.
    """
    told = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(told[1]) // 1024 if told else 0


def measure(people: int, seed: int, explain: bool) -> list[tuple[str, float, str, bool]]:
    """Load, scan, compare with the truth; rows of the report."""
    from contacts.identity.rules import LIKELY

    book = invented(people, seed)
    load(book)
    truth = truth_of(book)
    first = scan("--full")
    found = found_pairs(LIKELY)
    tell_stories(book, truth, found, first.report)
    if explain:
        tell_errors(book, truth, found)
    again = incremental()
    milliseconds = page_milliseconds(signed_in())
    seconds, most = first.report["seconds"], SECONDS * max(1.0, people / 250_000)
    return [
        ("seconds of a full scan", seconds, f"under {most:.0f}", seconds < most),
        ("seconds of CPU in Python", first.cpu, "", True),
        (f"seconds for {CHANGED:,} changed", again.report["seconds"], "", True),
        ("MB at most", first.megabytes, f"under {MEGABYTES}", first.megabytes < MEGABYTES),
        *how_well(truth, found),
        ("seconds to count households", seconds_of_households(), "", True),
        ("ms for the page", milliseconds, f"under {MILLISECONDS}", milliseconds < MILLISECONDS),
    ]


def how_well(truth: set[Pair], found: set[Pair]) -> Iterator[tuple[str, float, str, bool]]:
    """Recall and precision, of people and of organisations apart."""
    wanted = {"people": (RECALL, PRECISION), "organisations": OF_HOUSES}
    for of, true, shown in zip(wanted, by_kind(truth), by_kind(found), strict=True):
        right = len(true & shown)
        figures = {"recall": right / len(true), "precision": right / max(1, len(shown))}
        for (what, figure), least in zip(figures.items(), wanted[of], strict=True):
            yield f"{what}, {of}", figure, f"at least {least}", figure >= least


def incremental() -> Scan:
    """A scan after some people changed."""
    from contacts.models import Stakeholder

    Stakeholder.objects.filter(pk__lte=CHANGED).update(zip="28299")
    return scan()


def tell_stories(book: Book, truth: set[Pair], found: set[Pair], report: dict) -> None:
    """What was there to find, and how much of each kind of story was found."""
    print(f"{len(book):,} entries, {len(truth):,} true pairs, {report['compared']:,} compared, {len(found):,} shown")
    print(f"{lost(book, truth):.1%} of the true pairs share no address and no number")
    print(f"keys that too many share, passed over: {report['crowded'] or 'none'}")
    for story, number, share in stories(book, truth, found):
        print(f"  {story:<32} {number:7,} pairs   {share:6.1%} found")


def lost(book: Book, truth: set[Pair]) -> float:
    """The part of the truth that is told by names and zip codes alone, if by anything."""

    def reach(pk: int) -> set[str]:
        return {*book[pk].emails, *book[pk].phones, book[pk].street} - {""}

    return sum(not reach(one) & reach(other) for one, other in truth) / len(truth)


def seconds_of_households() -> float:
    """How long it takes to count everybody who shares a home or an inbox."""
    from contacts.models import Stakeholder

    started = time.perf_counter()
    assert Stakeholder.objects.sharing_a_home().count()
    return time.perf_counter() - started


def signed_in():
    """A client of somebody who may see the page."""
    from django.test import Client

    from crm.models import User

    client = Client()
    client.force_login(User.objects.create_superuser("bench@alliance.test", "bench"))
    return client


def tell_errors(book: Book, truth: set[Pair], found: set[Pair], most: int = 25) -> None:
    """Pairs that were missed and pairs that are wrong, for whoever tunes the rules."""
    from contacts.models import DuplicateCandidate

    rows = DuplicateCandidate.objects.values_list("one_id", "other_id", "score", "reasons")
    said = {(one, other): (score, reasons) for one, other, score, reasons in rows}
    for title, pairs in (("missed", truth - found), ("wrong", found - truth)):
        print(f"── {title}: {len(pairs)} ──")
        print(Counter(tuple(said.get(pair, (0, []))[1]) for pair in pairs).most_common(25))
        for pair in sorted(pairs)[:most]:
            print(said.get(pair, "not kept"), *(f"\n    {book[pk]}" for pk in pair))


def main() -> int:
    """Measure in a database of its own and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=250_000)
    parser.add_argument("--seed", type=int, default=2031)
    parser.add_argument("--explain", action="store_true", help="print pairs that were missed and pairs that are wrong")
    wanted = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.bench"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    settings.ALLOWED_HOSTS = ["*"]
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        rows = measure(wanted.people, wanted.seed, wanted.explain)
    finally:
        teardown_databases(databases, verbosity=0)
    for what, figure, target, met in rows:
        print(f"  {what:<30} {figure:9.3f}   {target:<16} {('met' if met else 'MISSED') if target else ''}")
    return 0 if all(met for _what, _figure, _target, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
