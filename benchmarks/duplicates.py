"""How well and how fast duplicates are found among invented people whose truth is known.

python -m benchmarks.duplicates [--people 250000] [--seed 2031]

The rules were tuned on other seeds than the one that is measured.
"""

import argparse
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

import django

from benchmarks.invented import Entry, entries

SECONDS, RECALL, PRECISION, MILLISECONDS, MEGABYTES = 120, 0.95, 0.95, 200, 300
"""What a scan of 250,000 must reach on the machine we build on."""
CHANGED = 2_000

Pair = tuple[int, int]


def load(people: Iterable[Entry]) -> dict[int, Entry]:
    """Put the entries in the book, past the triggers; gives each under its number there."""
    from django.db import connection

    book: dict[int, Entry] = {}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO contacts_stakeholder (id, kind, name, first_name, last_name, language, zip, source, notes,"
            " search, created_at, updated_at) SELECT 9000000 + n, 'organisation', 'Organisation ' || n, '', '', 'en',"
            " '', '', '', 'organisation', now(), now() FROM generate_series(1, 2500) n"
        )
        with cursor.copy(
            "COPY contacts_stakeholder (id, kind, name, first_name, last_name, language, zip, source, notes, search,"
            " created_at, updated_at) FROM STDIN"
        ) as copy:
            for pk, entry in enumerate(people, 1):
                book[pk] = entry
                name = f"{entry.first} {entry.last}"
                copy.write_row((pk, "person", name, entry.first, entry.last, entry.language, entry.zip, "bench", "",
                                name.lower(), "2026-01-01", "2026-01-01"))  # fmt: skip
        with cursor.copy(
            "COPY contacts_contactpoint (stakeholder_id, kind, value, normalized, fingerprint, label, status,"
            " is_primary, created_at) FROM STDIN"
        ) as copy:
            for row in points(book):
                copy.write_row((*row, "", "valid", False, "2026-01-01"))
        with cursor.copy("COPY contacts_affiliation (person_id, organisation_id, role) FROM STDIN") as copy:
            for pk, entry in book.items():
                if entry.work:
                    copy.write_row((pk, 9_000_000 + entry.work, ""))
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SELECT setval(pg_get_serial_sequence('contacts_stakeholder', 'id'), 10000000)")
        cursor.execute("ANALYZE contacts_stakeholder, contacts_contactpoint, contacts_affiliation")
    return book


def points(book: dict[int, Entry]) -> Iterator[tuple[int, str, str, str, str]]:
    """Every address and number of everybody."""
    for pk, entry in book.items():
        for address in dict.fromkeys(entry.emails):
            yield pk, "email", address, address, f"{pk:032d}"
        for number in entry.phones:
            yield pk, "phone", number, number, ""
        if entry.street:
            yield pk, "postal", entry.street, entry.street.lower(), ""


def truth_of(book: dict[int, Entry]) -> set[Pair]:
    """Every two entries of one human."""
    of: dict[int, list[int]] = defaultdict(list)
    for pk, entry in book.items():
        of[entry.number].append(pk)
    return {pair for group in of.values() for pair in combinations(sorted(group), 2)}


def found_pairs(score: int) -> set[Pair]:
    """The pairs the page shows."""
    from contacts.models import DuplicateCandidate

    found = DuplicateCandidate.objects.filter(state="open", score__gte=score)
    return set(found.values_list("one_id", "other_id").iterator())


def stories(book: dict[int, Entry], truth: set[Pair], found: set[Pair]) -> list[tuple[str, int, float]]:
    """How many pairs each kind of story has, and how much of them was found."""
    every: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for one, other in truth:
        told = (book[one].story | book[other].story) or {"written down twice"}
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


def measure(people: int, seed: int, explain: bool) -> list[tuple[str, float, str, bool]]:
    """Load, scan, compare with the truth; rows of the report."""
    from contacts.identity.rules import LIKELY
    from contacts.identity.scan import scan

    book = load(entries(people, seed))
    truth = truth_of(book)
    before = resource.getrusage(resource.RUSAGE_SELF)
    report = scan(full=True)
    after = resource.getrusage(resource.RUSAGE_SELF)
    found = found_pairs(LIKELY)
    right = len(found & truth)
    recall, precision = right / len(truth), right / max(1, len(found))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{len(book):,} entries, {len(truth):,} true pairs, {report.compared:,} pairs compared, {len(found):,} shown")
    print(f"crowded keys passed over: {report.crowded}")
    for story, number, share in stories(book, truth, found):
        print(f"  {story:<20} {number:7,} pairs   {share:6.1%} found")
    if explain:
        tell_errors(book, truth, found)
    again = incremental()
    milliseconds = page_milliseconds(signed_in())
    scale = max(1.0, people / 250_000)
    return [
        ("seconds", report.seconds, f"under {SECONDS * scale:.0f}", report.seconds < SECONDS * scale),
        ("seconds of CPU in Python", cpu, "", True),
        (f"seconds for {CHANGED:,} changed", again, "", True),
        ("recall", recall, f"at least {RECALL}", recall >= RECALL),
        ("precision", precision, f"at least {PRECISION}", precision >= PRECISION),
        ("ms for the page", milliseconds, f"under {MILLISECONDS}", milliseconds < MILLISECONDS),
    ]


def incremental() -> float:
    """Seconds of a scan after some people changed."""
    from contacts.identity.scan import scan
    from contacts.models import Stakeholder

    Stakeholder.objects.filter(pk__lte=CHANGED).update(zip="28299")
    return scan().seconds


def signed_in():
    """A client of somebody who may see the page."""
    from django.test import Client

    from crm.models import User

    client = Client()
    client.force_login(User.objects.create_superuser("bench@alliance.test", "bench"))
    return client


def tell_errors(book: dict[int, Entry], truth: set[Pair], found: set[Pair], most: int = 25) -> None:
    """Pairs that were missed and pairs that are wrong, for whoever tunes the rules."""
    from contacts.models import DuplicateCandidate

    scores = {
        (row[0], row[1]): row[2:]
        for row in DuplicateCandidate.objects.values_list("one_id", "other_id", "score", "reasons")
    }
    for title, pairs in (("MISSED", truth - found), ("WRONG", found - truth)):
        print(f"── {title} {len(pairs)} ──")
        print(Counter(tuple(scores.get(pair, (0, []))[1]) for pair in pairs).most_common(25))
        for one, other in sorted(pairs)[:most]:
            print(scores.get((one, other)), sorted(book[one].story | book[other].story))
            for pk in (one, other):
                e = book[pk]
                print("    ", e.first, "|", e.last, "|", e.zip, e.emails, e.phones, e.street, e.work, e.number)


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
        print(f"  {what:<28} {figure:9.3f}   {target:<16} {('met' if met else 'MISSED') if target else ''}")
    print(f"  peak memory, with the truth  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
