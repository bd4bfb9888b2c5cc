"""The quick ways of reading and cleaning say what the careful ones say, whatever stands in the file."""

import hashlib
import hmac

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts.addresses import fingerprint
from contacts.imports.cleaning import Cleaner, Entry
from contacts.imports.house import House, Known
from contacts.imports.mapping import Column
from contacts.imports.reading.delimited import Records
from contacts.imports.reading.encoding import Encoding
from contacts.imports.reading.lines import LONGEST_LINE, Block, read_blocks
from contacts.imports.reading.table import Row
from contacts.imports.staging import new_staging, stage, staging_of

LINES = st.lists(st.text(alphabet='ab@",;\t \0\ufffdé', max_size=14), max_size=12)
CELLS = {
    "email": ["", "ann@example.org", " ANN@example.org", "a@x.org; b@x.org", "mailto:bo@y.org", "bo at x", "a@b", "no"],
    "first_name": ["", "Ann", "  José ", "=1+1", "n/a", "O'Brien", "A" * 101, "李", "A\\N", "Null"],
    "last_name": ["", "Lee", "de la Cruz", "Lee\tJr", "\u202eeel"],
    "full_name": ["", "Lee, Ann", "Dr. Ann Lee", "x@y.org"],
    "phone": [
        "",
        "(704) 555-0100",
        "7045550100",
        " 704  5550100",
        "555",
        "(704) 555-0100; 704.555.0101",
        "+52 55 1234 5678",
    ],
    "types": ["", "faith", "Faith; Martian", "activist|activist"],
    "tags": ["", "a; A; b", "x" * 101, "*new*"],
    "zip": ["", "28202", "7030", "NC 28202-1234", "abc"],
    "language": ["", "en", "Klingon", "xx; Español"],
    "organisation": ["", "Org 1", "self"],
    "notes": ["", "one\ntwo", "C:\\new"],
}
ROWS = st.lists(st.tuples(*(st.sampled_from(values) for values in CELLS.values())).map(list), max_size=30)
HOUSE = House({"faith": Known("faith", 1, "organisation"), "activist": Known("activist", 2, "person")})


class Careful(Records):
    """Looks at each line by itself."""

    def _quick(self):
        return iter(())


def blocks(lines: list[str], size: int):
    """Lines as they come from a file, some at a time."""
    return (Block(at + 1, lines[at : at + size]) for at in range(0, len(lines), size))


@given(LINES, st.integers(1, 13), st.sampled_from([0, 1, 2, 3]))
def test_lines_taken_quickly_are_the_records_that_careful_reading_finds(lines, size, width):
    found = [list(kind(blocks(lines, size), ",", width)) for kind in (Records, Careful)]
    quick, careful = ([row for row in rows if any(row.cells) or row.problem] for rows in found)
    assert quick == careful


@given(LINES, st.integers(1, 13))
def test_the_size_of_a_block_makes_no_difference(lines, size):
    whole, parts = (list(Records(blocks(lines, many), ",", 2)) for many in (100, size))
    assert [row for row in whole if any(row.cells)] == [row for row in parts if any(row.cells)]


def cleaner() -> Cleaner:
    """A cleaner for a file with a column for each of CELLS."""
    return Cleaner([Column(at, field, field) for at, field in enumerate(CELLS)], HOUSE)


@given(ROWS)
def test_a_row_means_the_same_whatever_came_before_it(rows):
    shared, alone = cleaner(), [cleaner() for _row in rows]
    assert [shared(Row(2, cells)) for cells in rows] == [
        fresh(Row(2, cells)) for fresh, cells in zip(alone, rows, strict=True)
    ]
    for field, counted in shared.left_out.items():
        assert counted.total() == sum(fresh.left_out[field].total() for fresh in alone)
    for kind, words in shared.words.kinds().items():
        assert words.said.total() == sum(fresh.words.kinds()[kind].said.total() for fresh in alone)


@pytest.mark.parametrize("key", ["k", "a key of the usual length, as it is", "k" * 64, "k" * 65, "é" * 200])
def test_the_fingerprint_is_the_hmac_of_the_address(settings, key):
    settings.FINGERPRINT_KEY = key
    whole = hmac.new(key.encode(), "josé@example.org".encode(), hashlib.sha256).hexdigest()
    assert fingerprint("josé@example.org") == whole[:32]


AWKWARD = ["\\N", "\\.", "a\\nb", "tab\tin", "two\nlines", "cr\rin", '"quoted"', "", " ", "\\", "é😀"]


def test_every_text_arrives_in_the_staging_table_as_it_is(receive):
    run = receive(b"E-mail")
    with transaction.atomic(), staging_of(run), connection.cursor() as cursor:
        new_staging(run)
        stage((Entry(at, notes=text, problem=text) for at, text in enumerate(AWKWARD)))
        cursor.execute("SELECT notes, problem FROM stage ORDER BY line")
        assert cursor.fetchall() == [(text, text) for text in AWKWARD]


@pytest.mark.parametrize("start", [1, 2, 3, 4000, 9000])
def test_blocks_give_every_line_with_its_number(tmp_path, start):
    path = tmp_path / "lines.txt"
    lines = [f"line {number} " + "x" * (number % 97) for number in range(1, 9001)]
    lines[4] = "y" * (LONGEST_LINE + 70_000)
    path.write_text("\r\n".join(lines), newline="")
    found = [
        (block.number + at, text)
        for block in read_blocks(path, Encoding("utf-8"), start)
        for at, text in enumerate(block.lines)
    ]
    wanted = list(enumerate(lines, 1))[start - 1 :]
    assert [number for number, _text in found] == [number for number, _text in wanted]
    assert all(got == text or number == 5 for (number, got), (_n, text) in zip(found, wanted, strict=True))
    assert all(len(text) <= LONGEST_LINE for _number, text in found)
