"""Invented people as a book of many years holds them: entered several times, by several hands, with life in between.

Names are as skewed as in a county of the South-East, people live in households, and what an entry says depends on who
wrote it down. Whoever is entered again may have moved, married, changed provider or number since, or be misspelled. How
often that happens is assumed, not measured; the rules know nothing of these rates.
"""

from benchmarks.invented.hands import Entry, entries
from benchmarks.invented.houses import House, houses

__all__ = ["Entry", "House", "entries", "houses"]
