"""How fast a partner's file becomes people: our import with every table written against stock django-import-export.

Both read rows with a name, an address, a number, a type, two tags, an organisation, a zip code and a language,
and both write the people, contact points, types, tags, organisations, affiliations, consent and history.

Beside them stands plain COPY of the rows our import left, into the same emptied tables.

python -m benchmarks.imports [--rows 1000000] [--stock-rows 1500]
"""

import argparse
import csv
import os
import random
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import django

ROWS_A_SECOND, TIMES_STOCK, OF_COPY, CHECKED_A_SECOND, MEGABYTES = 10_000, 40, 0.5, 33_333, 300
"""What an import must reach on the machine we build on."""
HEADINGS = ["Email", "First Name", "Last Name", "Company", "Type", "Tags", "Zip", "Language", "Phone"]
FIRST = ["Ann", "Maria", "José", "Lena", "Omar", "Keisha", "Luis", "Grace", "Henry", "Priya", "Tom", "Nadia"]
LAST = ["Lee", "García", "Smith", "Johnson", "Nguyen", "Brown", "Davis", "Lopez", "Carter", "Hill", "Young", "King"]
TYPES = ["grassroots-leader", "activist", "politician", "business", "government", "faith", "nonprofit"]


def write_file(path: Path, rows: int, domain: str) -> None:
    """A file of invented people, the same in every run."""
    chance = random.Random(4)
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(HEADINGS)
        for number in range(rows):
            tags = "; ".join(f"tag {tag}" for tag in chance.sample(range(50), 2))
            company, kind = f"Org {chance.randrange(2000)}", chance.choice(TYPES)
            place, language = chance.choice(["28202", "28205", "28208"]), chance.choice(["en", "es"])
            phone = f"(704) {chance.randrange(200, 999)}-{number % 10_000:04d}"
            name = chance.choice(FIRST), chance.choice(LAST)
            sheet.writerow([f"p{number}@{domain}", *name, company, kind, tags, place, language, phone])


def received(path: Path):
    """The file as a door hands it over."""
    from django.core.files import File

    from contacts.imports.actions import partner_named, receive_file, topics_named

    with path.open("rb") as file:
        return receive_file(
            File(file, name=path.name), partner=partner_named("Benchmark"), topics=topics_named(["newsletter"])
        )


def ours(path: Path, rows: int) -> tuple[float, float]:
    """Rows a second of a check, and of a commit with everything it writes."""
    from contacts.imports.actions import check_import, commit_import

    run = received(path)
    started = time.perf_counter()
    check_import(run)
    checked = time.perf_counter()
    commit_import(run)
    committed = time.perf_counter()
    assert run.counts["created"] == rows, run.counts
    assert_written(rows)
    return rows / (checked - started), rows / (committed - checked)


def assert_written(rows: int) -> None:
    """Every table holds what the file said."""
    from contacts.models import (
        Affiliation,
        Consent,
        ConsentEvent,
        ContactPoint,
        ImportRow,
        Stakeholder,
        Tagging,
        Typing,
    )

    people = Stakeholder.objects.filter(kind="person").count()
    assert people == rows, people
    for model, each in ((ContactPoint, 2), (Tagging, 2), (Typing, 1), (Affiliation, 1), (ConsentEvent, 1)):
        assert model.objects.count() == rows * each, model
    assert Consent.objects.filter(state="given").count() == rows
    assert ImportRow.objects.count() == rows
    for tracked in (Stakeholder, ContactPoint):
        kept = getattr(tracked, "pgh_event_model")  # noqa: B009 - pghistory adds it; the types do not know
        assert kept.objects.count() == tracked.objects.count(), tracked


def stock(path: Path, rows: int, resource_made) -> float:
    """Rows a second of a ModelResource of django-import-export, row by row."""
    import tablib

    with path.open(encoding="utf-8") as file:
        sheet = tablib.Dataset().load(file, format="csv")
    importer = resource_made()
    started = time.perf_counter()
    result = importer.import_data(sheet, dry_run=False, raise_errors=True, use_transactions=True)
    seconds = time.perf_counter() - started
    assert result.totals["new"] == rows, result.totals
    return rows / seconds


@dataclass
class Measured:
    """Rows a second of each way, and the most memory that ours took."""

    rows: int
    checked: float
    committed: float
    memory: int
    copied: float
    plain: float
    kinder: float


def measure(rows: int, stock_rows: int) -> Measured:
    """Each way from an empty book. Ours comes first, as the peak of memory only grows."""
    from django.conf import settings
    from django.core.management import call_command

    from benchmarks import copying
    from benchmarks.stock import kinder_resource, stock_resource

    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        large, small = Path(folder, "large.csv"), Path(folder, "small.csv")
        write_file(large, rows, "example.org")
        write_file(small, stock_rows, "example.net")
        checked, committed = ours(large, rows)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        copying.keep(Path(folder))
        copied = rows / copying.load(Path(folder))
        others = []
        for made in (stock_resource, kinder_resource):
            call_command("flush", interactive=False, verbosity=0)
            others.append(stock(small, stock_rows, made))
    return Measured(rows, checked, committed, memory, copied, *others)


def report(of: Measured) -> None:
    """The figures, each beside what it must be; the better of the two other ways is the one that counts."""
    print(f"django-import-export, as documented {of.plain:9,.0f} rows/s   row by row, the same tables")
    print(f"django-import-export, with care     {of.kinder:9,.0f} rows/s   row by row, the same tables")
    print(f"plain COPY of the resulting rows    {of.copied:9,.0f} rows/s   {of.rows:,} rows")
    print(f"ours, check only                    {of.checked:9,.0f} rows/s   {of.rows:,} rows")
    print(f"ours, every table written           {of.committed:9,.0f} rows/s   {of.rows:,} rows")
    times, share = of.committed / max(of.plain, of.kinder), of.committed / of.copied
    for what, figure, target, met in (
        ("rows/s", f"{of.committed:,.0f}", f"at least {ROWS_A_SECOND:,}", of.committed >= ROWS_A_SECOND),
        ("times stock", f"{times:.1f}", f"at least {TIMES_STOCK}", times >= TIMES_STOCK),
        ("of COPY", f"{share:.2f}", f"at least {OF_COPY}", share >= OF_COPY),
        ("checked/s", f"{of.checked:,.0f}", f"at least {CHECKED_A_SECOND:,}", of.checked >= CHECKED_A_SECOND),
        ("MB at most", f"{of.memory}", f"under {MEGABYTES}", of.memory < MEGABYTES),
    ):
        print(f"  {what:<12} {figure:>9}   {target:<16} {'met' if met else 'MISSED'}")


def main() -> int:
    """Measure both in one run, in a database of their own, and print what they came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--stock-rows", type=int, default=1_500)
    wanted = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.bench"
    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measured = measure(wanted.rows, wanted.stock_rows)
    finally:
        teardown_databases(databases, verbosity=0)
    report(measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
