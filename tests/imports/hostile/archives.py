"""Packed files."""

from tests.imports.hostile.making import (
    ANN,
    BO,
    BOOK_ROWS,
    HEAD,
    ODS_ROWS,
    TWO,
    Read,
    Refused,
    linked_zip,
    locked_zip,
    lying_bomb,
    nested_bomb,
    ods,
    packed,
    xlsx,
)


def packed_kinds() -> dict[str, Refused | Read]:
    """Packed files."""
    two = (HEAD + ANN + BO).encode()
    return {
        "zip of a csv": Read(packed({"list.csv": two}), TWO),
        "zip of a csv, called csv": Read(packed({"list.csv": two}), TWO, name="list.csv"),
        "zip of a workbook": Read(packed({"list.xlsx": xlsx(*BOOK_ROWS)}), TWO),
        "zip of an ods": Read(packed({"list.ods": ods(*ODS_ROWS)}), TWO),
        "zip of a Mac": Read(packed({"list.csv": two, "__MACOSX/._list.csv": b"\0\5\x16\7", ".DS_Store": b"x"}), TWO),
        "zip of a list and a letter": Read(packed({"in/list.csv": two, "in/read me.pdf": b"%PDF"}), TWO),
        "zip of two lists": Refused(packed({"a.csv": two, "b.csv": two}), "several lists in it: a.csv, b.csv"),
        "zip in a zip": Refused(packed({"list.csv": packed({"list.csv": two})}), "packed file in a packed file"),
        "zip of a zip": Refused(packed({"inner.zip": packed({"list.csv": two})}), "inner.zip, which is not read"),
        "zip of nothing": Refused(packed({}), "without a list"),
        "zip of an empty list": Refused(packed({"list.csv": b""}), "empty"),
        "zip of a folder": Refused(packed({"list.csv/": b""}), "without a list"),
        "zip that climbs out": Read(packed({"../../../tmp/list.csv": two}), TWO),
        "zip that climbs out as on Windows": Read(packed({"..\\..\\list.csv": two}), TWO),
        "zip with an absolute name": Read(packed({"/etc/cron.d/list.csv": two}), TWO),
        "zip with a link": Refused(linked_zip(), "without a list"),
        "locked zip": Refused(locked_zip(), "password"),
        "cut zip": Refused(packed({"list.csv": two})[:80], "damaged"),
        "zip of a bomb": Refused(lambda: packed({"list.csv": b"0" * (64 << 20)}), "unfolds to far more"),
        "zip that lies about its size": Refused(lying_bomb, "unfolds to far more"),
        "zip of zips of zips": Refused(nested_bomb, "which is not read"),
        "zip of three thousand parts": Refused(lambda: packed({f"{n}.csv": b"x" for n in range(3000)}),
                                               "too many parts"),
    }  # fmt: skip
