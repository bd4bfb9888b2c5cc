"""How fast people leave as a file: our worker's export against stock django-import-export with the same columns.

Both write CSV and XLSX of invented people with addresses, numbers, types, tags, topics, organisations, numbers
elsewhere and fields of our own; each file is written by a process of its own, so that its memory can be told.

python -m benchmarks.exports [--people 200000] [--stock-rows 10000] [--seed 2031]
"""

import argparse
import json
import logging
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import django

from benchmarks.duplicates import Book, invented, load

TIMES_STOCK, MEGABYTES, GROWTH = 5, 200, 1.25
"""What an export must reach: rows a second in times of stock, memory at most, and of four times as many people."""
FORMATS = ("csv", "xlsx")
ASKING = "bench@alliance.test"
MORE = """
INSERT INTO contacts_tag (name) SELECT 'tag ' || n FROM generate_series(1, 40) n;
INSERT INTO contacts_tagging (stakeholder_id, tag_id)
    SELECT DISTINCT s.id, t.id FROM contacts_stakeholder s, generate_series(1, 2) n
    JOIN LATERAL (SELECT id FROM contacts_tag) t ON true
    WHERE t.id % 40 = (s.id * n * 7) % 40 AND s.id % 3 <> 0;
INSERT INTO contacts_typing (stakeholder_id, type_id)
    SELECT s.id, t.id FROM contacts_stakeholder s
    JOIN (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS at, count(*) OVER () AS number FROM contacts_stakeholdertype
    ) t ON t.at = s.id % t.number;
INSERT INTO contacts_consentevent (stakeholder_id, topic_id, channel, action, source, wording, language, at, evidence)
    SELECT s.id, t.id, 'email', CASE WHEN s.id % 20 = 0 THEN 'withdrawn' ELSE 'given' END, 'bench', '', 'en', now(),
        '{}'
    FROM contacts_stakeholder s JOIN contacts_topic t ON t.slug = 'newsletter' OR (t.slug = 'events' AND s.id % 4 = 0)
    WHERE s.id % 5 < 3;
INSERT INTO contacts_consent (stakeholder_id, topic_id, channel, state, since, event_id)
    SELECT stakeholder_id, topic_id, channel, action, at, id FROM contacts_consentevent;
INSERT INTO contacts_suppression (channel, address, fingerprint, reason, source, note, at)
    SELECT DISTINCT ON (fingerprint) 'email', normalized, fingerprint, 'hard_bounce', 'bench', '', now()
    FROM contacts_contactpoint WHERE kind = 'email' AND stakeholder_id % 60 = 0;
INSERT INTO contacts_externalid (stakeholder_id, system, value)
    SELECT id, 'salesforce', '003' || id FROM contacts_stakeholder WHERE id % 3 = 0;
INSERT INTO contacts_customfield (slug, name_en, name_es, kind, choices, "order")
    VALUES ('ward', 'Ward', '', 'text', '[]', 1), ('met', 'Met on', '', 'date', '[]', 2),
        ('voter', 'Voter', '', 'yes_no', '[]', 3);
UPDATE contacts_stakeholder SET custom = jsonb_build_object('ward', (id % 9)::text, 'met', '2026-05-01', 'voter', 'yes')
    WHERE id % 4 = 0;
UPDATE contacts_stakeholder SET notes = 'Met at the fair, wants "more" of it.' || chr(10) || 'Call in May.'
    WHERE id % 6 = 0;
UPDATE contacts_contactpoint c SET is_primary = true FROM (
    SELECT DISTINCT ON (stakeholder_id, kind) id FROM contacts_contactpoint ORDER BY stakeholder_id, kind, id
) first WHERE first.id = c.id;
"""
"""What the invented people have beside names, addresses and numbers."""
EMPTIED = """
    contacts_stakeholder, contacts_contactpoint, contacts_affiliation, contacts_tag, contacts_tagging, contacts_typing,
    contacts_consentevent, contacts_consent, contacts_suppression, contacts_externalid, contacts_customfield
"""


class Written(NamedTuple):
    """A file, and what it took: seconds by the clock and of processor time in Python and PostgreSQL, and memory."""

    rows: int
    seconds: float
    cpu: float
    database: float
    megabytes: int
    size: int


def fill(book: Book) -> None:
    """Nobody but those of `book`, with everything that people have."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {EMPTIED} CASCADE")
    load(book)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(MORE)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def child(who: str, format: str, rows: int, folder: str) -> Written:
    """A file written by a process of its own."""
    from tests.workers import database_url

    process = subprocess.run(
        [sys.executable, "-m", "benchmarks.exports", "--write", who, format, str(rows), folder],
        env=os.environ | {"DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Written(**json.loads(process.stdout.splitlines()[-1]))


def write(who: str, format: str, rows: int, folder: str) -> None:
    """What the process does: `rows` people as a file, by `who` (ours or stock); prints what it took."""
    from django.conf import settings

    settings.MEDIA_ROOT = folder
    logging.disable(logging.WARNING)  # that no broker hears the ring: the file is written right here
    written = {"ours": by_the_worker, "stock": by_stock}[who]
    before, there, started = _cpu(), _cpu_of_the_database(), time.perf_counter()
    size = written(format, rows, Path(folder))
    took = time.perf_counter() - started
    used = _cpu() - before, _cpu_of_the_database() - there
    print(json.dumps(Written(rows, took, *used, _megabytes(), size)._asdict()))


def by_the_worker(format: str, rows: int, folder: Path) -> int:
    """Bytes of the file that our worker writes of the whole list."""
    from crm.actions.exports import ask_for_export, write_export
    from crm.models import User

    export = ask_for_export("people", question={"list": ""}, format=format, by=User.objects.get(email=ASKING))
    write_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.rows) == ("ready", rows), (export.state, export.rows)
    return export.size or 0


def by_stock(format: str, rows: int, folder: Path) -> int:
    """Bytes of the file that django-import-export writes of the first so many people."""
    from import_export.formats.base_formats import CSV, XLSX

    from benchmarks.stock_exports import StockPeople
    from contacts.models import Stakeholder

    first = Stakeholder.objects.order_by("pk")
    data: Any = StockPeople().export(first.filter(pk__lte=rows) if rows else first)
    assert len(data) == rows, len(data)
    content = {"csv": CSV, "xlsx": XLSX}[format]().export_data(data)
    path = folder / f"stock.{format}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path.stat().st_size


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_of_the_database() -> float:
    """What the process has used that answers our questions, where it runs on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def _megabytes() -> int:
    """The peak since this process became the program it is; `ru_maxrss` would count the one it was split off from."""
    told = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(told[1]) // 1024 if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(people: int, stock_rows: int, seed: int) -> bool:
    """A quarter of the people, then all of them, then stock; prints what it came to and tells whether all is met."""
    from crm.models import User

    User.objects.create_superuser(ASKING, "bench")
    book = invented(people, seed)
    quarter = {pk: entry for at, (pk, entry) in enumerate(book.items()) if at < people // 4}
    met = True
    with tempfile.TemporaryDirectory() as folder:
        fill(quarter)
        small = {format: child("ours", format, len(quarter), folder) for format in FORMATS}
        fill(book)
        for format in FORMATS:
            stock = child("stock", format, stock_rows, folder)
            met &= report(format, stock, small[format], child("ours", format, len(book), folder))
    return met


def report(format: str, stock: Written, small: Written, ours: Written) -> bool:
    """The figures of one kind of file, each beside what it must be.

    Times stock are told by processor time, of Python and PostgreSQL together: by the clock, whoever else works on the
    machine is measured, too.
    """
    print(f"{format.upper()}")
    for what, of in (("django-import-export, prefetched", stock), ("ours, a quarter", small), ("ours", ours)):
        print(
            f"  {what:<34} {of.rows:9,} rows {of.rows / of.seconds:8,.0f} rows/s by the clock"
            f" {of.rows / of.cpu:8,.0f} a CPU second in Python {of.rows / (of.cpu + of.database):8,.0f} in all"
            f" {of.megabytes:5} MB {of.size / 1e6:6.1f} MB file"
        )
    times = (ours.rows / (ours.cpu + ours.database)) / (stock.rows / (stock.cpu + stock.database))
    growth = ours.megabytes / small.megabytes
    rows = (
        ("times stock", f"{times:.1f}", f"at least {TIMES_STOCK}", times >= TIMES_STOCK),
        ("MB at most", f"{ours.megabytes}", f"under {MEGABYTES}", ours.megabytes < MEGABYTES),
        ("times the memory for 4 times as many", f"{growth:.2f}", f"at most {GROWTH}", growth <= GROWTH),
    )
    for what, figure, target, met in rows:
        print(f"  {what:<38} {figure:>9}   {target:<14} {'met' if met else 'MISSED'}")
    return all(met for _what, _figure, _target, met in rows)


def main() -> int:
    """Measure in a database of its own and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--stock-rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2031)
    parser.add_argument("--write", nargs=4, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.bench"
    django.setup()
    if wanted.write:
        who, format, rows, folder = wanted.write
        write(who, format, int(rows), folder)
        return 0
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        met = measure(wanted.people, wanted.stock_rows, wanted.seed)
    finally:
        teardown_databases(databases, verbosity=0)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
