"""What hands write down of humans over the years, and what happened in between."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from benchmarks.invented.words import KEYS, KINDS_SHORT, PROVIDERS, SHORT, ZIPS
from benchmarks.invented.world import Human, World, ascii_only


@dataclass
class Entry:
    """What one hand wrote down of somebody; `number` is who it is, `story` what befell them or the hand."""

    number: int
    first: str
    last: str
    zip: str = ""
    language: str = "en"
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    street: str = ""
    work: int = 0
    story: frozenset[str] = frozenset()


def entries(people: int, seed: int) -> Iterator[Entry]:
    """About `people` entries: most humans once, one in eight again, a few a third time."""
    world, made = World(seed), 0
    while made < people:
        for human in world.household():
            times = world.dice.choices((1, 2, 3), (86, 12, 2))[0]
            yield written_down(world, human, frozenset())
            for _again in range(times - 1):
                later, story = lived_on(world, human)
                yield written_down(world, later, story)
            made += times


def lived_on(world: World, human: Human) -> tuple[Human, frozenset[str]]:
    """The same human some years later, and what happened."""
    dice, story = world.dice, set()
    if dice.random() < 0.16:
        human, story = replace(human, zip=world.skewed(ZIPS, 0.3), street=world.street()), {"moved"}
    if human.woman and dice.random() < 0.07:
        new = world.last(human.spanish)[0]
        human = replace(human, lasts=(human.lasts[0], new) if dice.random() < 0.2 else (new,))
        story.add("married")
    if dice.random() < 0.11:
        story.add("new e-mail")
        part, _at, _domain = human.email.partition("@")
        again = f"{part}@{dice.choice(PROVIDERS)}" if dice.random() < 0.35 else ""
        again = "" if again in world.taken else again
        world.taken.add(again)
        human = replace(human, email=again or world.address(human.first, human.lasts[-1], human.born))
    if dice.random() < 0.09:
        human = replace(human, phone=world.phone())
        story.add("new phone")
    if dice.random() < 0.06:
        human = replace(human, work=0, work_email="")
    return human, frozenset(story)


def written_down(world: World, human: Human, story: frozenset[str]) -> Entry:
    """What one hand writes down of a human: not everything, and not always right."""
    dice, told = world.dice, set(story)
    first, last = _names(world, human, told)
    sheet = dice.random() < 0.3
    emails = [human.email] if dice.random() < (0.86 if sheet else 0.97) else []
    if human.work_email and dice.random() < 0.25:
        emails = [human.work_email] if dice.random() < 0.25 else [*emails, human.work_email]
    phones = [human.phone] if dice.random() < (0.9 if sheet else 0.8) or not emails else []
    if emails and dice.random() < (0.05 if sheet else 0.01):
        part, _at, domain = emails[0].partition("@")
        emails[0], told = f"{slip(world, part)}@{domain}", {*told, "typo in e-mail"}
    if phones and dice.random() < (0.03 if sheet else 0.01):
        digits = phones[0]
        place = dice.randrange(5, 12)
        phones[0], told = digits[:place] + str(dice.randrange(10)) + digits[place + 1 :], {*told, "typo in phone"}
    return Entry(
        number=human.number,
        first=first,
        last=last,
        zip=human.zip if dice.random() < 0.92 else "",
        language="es" if human.spanish and dice.random() < 0.6 else "en",
        emails=emails,
        phones=phones,
        street=_street(world, human) if dice.random() < 0.33 else "",
        work=human.work if human.work and dice.random() < 0.5 else 0,
        story=frozenset(told),
    )


def _names(world: World, human: Human, told: set[str]) -> tuple[str, str]:
    dice = world.dice
    first = human.first
    if first in SHORT and dice.random() < 0.14:
        first = SHORT[first]
        told.add("nickname")
    elif dice.random() < 0.02:
        first = f"{first[0]}."
        told.add("initial")
    if human.middle and dice.random() < 0.14:
        first = f"{first} {human.middle if human.spanish or dice.random() < 0.3 else human.middle[0] + '.'}"
    last = _last(world, human, told)
    if human.suffix and dice.random() < 0.8:
        last = f"{last} {human.suffix}{dice.choice(('', '.'))}"
    if dice.random() < 0.5:
        first, last = ascii_only(first), ascii_only(last)
    if dice.random() < 0.035:
        told.add("typo in name")
        if dice.random() < 0.6:
            last = slip(world, last)
        else:
            first = slip(world, first)
    if dice.random() < 0.006:
        told.add("swapped")
        first, last = last, first
    return (first, last) if dice.random() < 0.93 else (first.upper(), last.upper())


def _last(world: World, human: Human, told: set[str]) -> str:
    if len(human.lasts) == 1:
        return human.lasts[0]
    how = world.dice.random()
    if how < 0.55:
        return human.lasts[0]
    told.add("two last names")
    return " ".join(human.lasts) if how < 0.9 else "-".join(human.lasts)


def _street(world: World, human: Human) -> str:
    number, name, kind, unit = human.street
    if world.dice.random() < 0.5:
        kind = KINDS_SHORT.get(kind, kind)
    home = f" {world.dice.choice(('Apt', 'Apt.', '#', 'Unit'))} {unit}" if unit else ""
    return f"{number} {name} {kind}{home}, {human.zip}"


def slip(world: World, word: str) -> str:
    """A word with one slip of the pen: a letter left out, doubled, changed, or two that changed places."""
    if len(word) < 3:
        return word
    dice = world.dice
    place = dice.randrange(0 if dice.random() < 0.08 else 1, len(word) - 1)
    how, letter = dice.randrange(4), word[place]
    if how == 0:
        return word[:place] + word[place + 1 :]
    if how == 1:
        return word[:place] + letter + word[place:]
    if how == 2:
        return word[:place] + word[place + 1] + letter + word[place + 2 :]
    other = dice.choice(KEYS.get(letter.lower(), "aeinrst"))
    return word[:place] + other + word[place + 1 :]
