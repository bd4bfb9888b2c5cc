"""Merging and taking apart again: two to five who are one, and back.

    together  lock → choose field by field → move everything → the stricter consent → the merged one leaves the book
    apart     lock → they are back under their old number → the journal backwards → consent of both → the report

| module | what is there |
|---|---|
| `choosing` `comparing` | whose value of each field is kept and why; everything side by side |
| `moving` `consent` | what moves, by each app's own classification; the stricter word |
| `journal` `rows` | every row a merge touched, as plain values |
| `taking_back` | the journal backwards, as far as nobody touched the same since |
| `telling` | what both came to, in words and numbers |
"""

from contacts.identity.merging.apart import CannotTakeApart, take_everybody_apart, unmerge
from contacts.identity.merging.together import MOST, CannotMerge, LeftBehind, merge_all, merge_stakeholders, named

__all__ = [
    "MOST",
    "CannotMerge",
    "CannotTakeApart",
    "LeftBehind",
    "merge_all",
    "merge_stakeholders",
    "named",
    "take_everybody_apart",
    "unmerge",
]
