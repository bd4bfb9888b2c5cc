"""Humans in households: who exists, whatever the book says of them."""

import random
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate

from benchmarks.invented.words import (
    APELLIDOS,
    CONSONANTS,
    ENDS,
    HANDLES,
    HOMBRES,
    KINDS,
    LAST,
    MEN,
    MUJERES,
    PROVIDERS,
    SHORT,
    STARTS,
    STREETS,
    VOWELS,
    WOMEN,
    ZIPS,
)


@dataclass(frozen=True)
class Human:
    """Somebody who exists, whatever the book says of them."""

    number: int
    woman: bool
    spanish: bool
    first: str
    middle: str
    lasts: tuple[str, ...]
    suffix: str
    born: int
    zip: str
    street: tuple[str, str, str, str]
    email: str
    phone: str
    work: int = 0
    work_email: str = ""


def ascii_only(text: str) -> str:
    """Letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def letters(text: str) -> str:
    """What of a name goes into an address."""
    return "".join(c for c in ascii_only(text).lower() if c.isalpha())


@cache
def _weights(length: int, power: float) -> list[float]:
    return list(accumulate((rank + 7) ** -power for rank in range(length)))


class World:
    """Humans in households, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.coined = [self._coin() for _ in range(9_000)]
        self.humans = 0
        self.taken: set[str] = set()

    def _coin(self) -> str:
        parts = self.dice.choices((1, 2), (2, 1))[0]
        middle = "".join(self.dice.choice(VOWELS) + self.dice.choice(CONSONANTS) for _part in range(parts))
        return self.dice.choice(STARTS) + middle + self.dice.choice(ENDS)

    def skewed(self, names: list[str], power: float = 0.6) -> str:
        """One of a list whose first ones are the most common, as names are."""
        return self.dice.choices(names, cum_weights=_weights(len(names), power))[0]

    def last(self, spanish: bool) -> tuple[str, ...]:
        """The last name, or the two."""
        if spanish:
            return self._last(APELLIDOS, 0.08), self._last(APELLIDOS, 0.08)
        return (self._last(LAST, 0.34),)

    def _last(self, names: list[str], coined: float) -> str:
        return self.dice.choice(self.coined) if self.dice.random() < coined else self.skewed(names)

    def first(self, woman: bool, spanish: bool) -> str:
        """A given name."""
        if self.dice.random() < 0.06:
            return self.dice.choice(self.coined).lower().capitalize()
        return self.skewed((MUJERES if woman else HOMBRES) if spanish else (WOMEN if woman else MEN))

    def street(self) -> tuple[str, str, str, str]:
        """Number, name, kind and unit."""
        unit = str(self.dice.randrange(1, 60)) if self.dice.random() < 0.22 else ""
        return str(self.dice.randrange(100, 9900)), self.skewed(STREETS), self.dice.choice(KINDS), unit

    def phone(self) -> str:
        """A number of the region."""
        return f"+1{self.dice.choice(('704', '704', '980', '803'))}{self.dice.randrange(2_000_000, 9_999_999)}"

    def address(self, first: str, last: str, born: int) -> str:
        """An e-mail address that nobody has yet: a provider gives each of them to one."""
        while (found := self._wished(first, last, born)) in self.taken:
            continue
        self.taken.add(found)
        return found

    def _wished(self, first: str, last: str, born: int) -> str:
        one, two = letters(first), letters(last)
        year, number = str(born)[2:], str(self.dice.randrange(1, 999))
        nick = letters(SHORT.get(first, first))
        name = self.dice.choice((
            f"{one}.{two}", f"{one}{two}", f"{one[0]}{two}{year}", f"{one}{two}{number}", f"{one}.{two}{year}",
            f"{nick}{year}", f"{two}{one[0]}{number}", "".join(self.dice.choices(HANDLES, k=2)) + number,
            f"{nick}{self.dice.choice(HANDLES)}{number}", f"{one}_{two}{self.dice.choice(('', number))}",
        ))  # fmt: skip
        return f"{name}@{self.dice.choice(PROVIDERS)}"

    def household(self) -> list[Human]:
        """People who live together; most share a name, many a telephone, some an inbox."""
        dice = self.dice
        spanish, size = dice.random() < 0.22, dice.choices((1, 2, 3, 4, 5), (30, 33, 17, 14, 6))[0]
        lasts, zip_code, street = self.last(spanish), self.skewed(ZIPS, 0.3), self.street()
        landline, inbox = (self.phone() if dice.random() < 0.3 else ""), ""
        found: list[Human] = []
        for place in range(size):
            woman = (
                dice.random() < 0.53 if place != 1 else not found[0].woman if dice.random() < 0.92 else found[0].woman
            )
            mine = lasts if place != 1 or (dice.random() < 0.75 and not spanish) else self.last(spanish)
            if place > 1 and spanish:
                mine = (lasts[0], found[1].lasts[0])
            elif place > 1 and dice.random() < 0.08:
                mine = self.last(spanish)
            found.append(self._human(place, woman, spanish, mine, zip_code, street, landline, inbox, found))
            if not inbox and size > 1 and dice.random() < 0.16:
                inbox = found[0].email
        return found

    def _unlike(self, others: list[Human], woman: bool, spanish: bool) -> str:
        """A given name that nobody at home has: one calls for somebody."""
        while (first := self.first(woman, spanish)) in {other.first for other in others}:
            continue
        return first

    def _human(self, place, woman, spanish, lasts, zip_code, street, landline, inbox, others) -> Human:
        dice = self.dice
        self.humans += 1
        first, suffix, born = (
            self._unlike(others, woman, spanish),
            "",
            dice.randrange(1938, 1985) + (24 if place > 1 else 0),
        )
        if place > 1 and not woman and not others[0].woman and dice.random() < 0.07:
            first, lasts, suffix = others[0].first, others[0].lasts, "Jr"
            others[0] = replace(others[0], suffix=dice.choice(("Sr", "")))
        middle = self.first(woman, spanish) if dice.random() < 0.6 else ""
        email = inbox if inbox and dice.random() < 0.7 else self.address(first, lasts[0], born)
        phone = landline if landline and dice.random() < 0.6 else self.phone()
        work = dice.randrange(1, 2_500) if dice.random() < 0.3 else 0
        work_email = f"{letters(first)[0]}{letters(lasts[0])}@org{work}.example.org" if work else ""
        return Human(
            self.humans,
            woman,
            spanish,
            first,
            middle,
            lasts,
            suffix,
            born,
            zip_code,
            street,
            email,
            phone,
            work,
            work_email,
        )
