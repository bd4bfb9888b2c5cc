"""Organisations as a book of many years holds them: with and without their legal form, in short, misspelled, moved.

Some share a name in other parts of town, a number apart (Troop 12, Troop 21), or the domain of one roof (schools), so
that there is something to take for one that is not. How often what happens is assumed; the rules do not know.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from benchmarks.invented.hands import slip
from benchmarks.invented.words import LAST, PROVIDERS, STREETS, ZIPS
from benchmarks.invented.world import World, letters

SCHOOLS = "schools.example.org"
"""The domain of one roof over many."""
SAINTS = "St. Mark,St. Luke,St. Paul,St. Peter,First,Second,Mt. Zion,Mt. Olive,Greater Bethel,New Hope,Friendship,Grace"
FAITHS = "Baptist,Missionary Baptist,AME Zion,United Methodist,Presbyterian,Lutheran,Pentecostal,Episcopal"
CAUSES = "Community,Family,Youth,Housing,Food,Arts,Health,Neighborhood,Literacy,Immigrant,Veterans,Music"
SORTS = "Center,Alliance,Foundation,Services,Association,Coalition,Project,Partnership,Network,Collective"
TRADES = "Construction,Realty,Plumbing,Catering,Consulting,Bakery,Insurance,Landscaping,Dental,Pharmacy,Electric"
OFFICES = "Parks and Recreation,Public Health,Social Services,Elections,Planning,Transportation,Housing,Libraries"
SHORTER = {
    "St.": "Saint", "Mt.": "Mount", "Center": "Ctr", "Association": "Assn", "Services": "Svcs", "Community": "Comm.",
    "Elementary": "Elem.", "Department": "Dept.", "Foundation": "Fdn", "and": "&", "&": "and", "Charlotte": "CLT",
    "Mecklenburg": "Meck", "Neighborhood": "Neighbourhood",
}  # fmt: skip
SEVERAL = ("Church", *TRADES.split(","))
"""What ends so may stand under one name in several parts of town; there is one school and one office of a name."""
NAMESAKES = 0.05
"""How many have the name of another one."""
SMALL = {"of", "the", "and", "&"}


@dataclass
class House:
    """What one hand wrote down of an organisation; `number` is which it is, `story` what befell it or the hand."""

    number: int
    name: str
    zip: str
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    street: str = ""
    story: frozenset[str] = frozenset()


def houses(count: int, seed: int) -> Iterator[House]:
    """`count` organisations, the first entry of each, then the second ones of one in seven."""
    world, namesakes = World(seed), 0
    taken: dict[str, set[str]] = defaultdict(set)
    every: list[House] = []
    while len(every) < count:
        house = _built(world, len(every) + 1)
        zips = taken[house.name]
        again = house.name.endswith(SEVERAL) and house.zip not in zips and len(every) * NAMESAKES > namesakes
        if not zips or again:
            namesakes += bool(zips)
            zips.add(house.zip)
            every.append(house)
    yield from (_written_down(world, house) for house in every)
    for house in every:
        if world.dice.random() < 0.14:
            yield _written_again(world, house)


def _built(world: World, number: int) -> House:
    dice = world.dice
    name = dice.choices([_church, _cause, _school, _business, _office, _troop], (22, 30, 8, 28, 6, 6))[0](world)
    zip_code = world.skewed(ZIPS, 0.3)
    kind = dice.random()
    domain = SCHOOLS if name.endswith("School") else f"org{number}.example.org" if kind < 0.7 else ""
    if domain:
        address = f"{dice.choice(('info', 'office', 'contact'))}@{domain}"
        address = f"{letters(name)}@{SCHOOLS}" if domain == SCHOOLS else address
    else:
        address = f"{letters(name)[:14]}{number}@{dice.choice(PROVIDERS)}"
    place, street, sort, unit = world.street()
    where = f"{place} {street} {sort}{f' Suite {unit}' if unit else ''}, {zip_code}"
    return House(number, name, zip_code, [address], [world.phone()], where)


def _words(world: World, text: str) -> str:
    return world.dice.choice(text.split(","))


def _church(world: World) -> str:
    start = _words(world, SAINTS) if world.dice.random() < 0.5 else world.skewed(STREETS)
    return f"{start} {_words(world, FAITHS)} Church"


def _cause(world: World) -> str:
    start = world.dice.choice([world.skewed(LAST), world.skewed(STREETS), world.dice.choice(world.coined)])
    end = world.dice.choices(["", " of Charlotte", " of Mecklenburg County"], (70, 22, 8))[0]
    return f"{start} {_words(world, CAUSES)} {_words(world, SORTS)}{end}"


def _school(world: World) -> str:
    return f"{world.skewed(STREETS)} {world.dice.choice(('Elementary', 'Middle', 'High'))} School"


def _business(world: World) -> str:
    owner = world.skewed(LAST)
    owner = f"{owner} & {world.skewed(LAST)}" if world.dice.random() < 0.25 else owner
    form = world.dice.choices(["", " LLC", ", Inc.", " Co."], (45, 30, 20, 5))[0]
    return f"{owner} {_words(world, TRADES)}{form}"


def _office(world: World) -> str:
    town = world.dice.choice(("Mecklenburg County", "City of Charlotte", "Town of Matthews", "Town of Davidson"))
    return f"{town} Department of {_words(world, OFFICES)}"


def _troop(world: World) -> str:
    return f"{world.dice.choice(('Scout Troop', 'Fire Station', 'Rotary Post'))} {world.dice.randrange(2, 400)}"


def _written_down(world: World, house: House) -> House:
    """Not everything is known of everybody."""
    dice = world.dice
    return replace(
        house,
        zip=house.zip if dice.random() < 0.85 else "",
        emails=house.emails if dice.random() < 0.75 else [],
        phones=house.phones if dice.random() < 0.7 else [],
        street=house.street if dice.random() < 0.4 else "",
    )


def _written_again(world: World, house: House) -> House:
    """The same organisation by another hand, some years later."""
    dice = world.dice
    story: set[str] = set()
    name, emails = house.name, list(house.emails)
    for chance, what, deed in DEEDS:
        if dice.random() < chance and (changed := deed(world, name)) != name:
            name, story = changed, {*story, what}
    domain = emails[0].partition("@")[2]
    if domain.startswith("org") and dice.random() < 0.5:
        emails = [f"{letters(world.skewed(LAST))}@{domain}"]
        story.add("same domain")
    if dice.random() < 0.08:
        zip_code = world.skewed(ZIPS, 0.3)
        place, street, sort, _unit = world.street()
        house = replace(house, zip=zip_code, street=f"{place} {street} {sort}, {zip_code}")
        story.add("moved")
    if dice.random() < 0.1:
        house, story = replace(house, phones=[world.phone()]), {*story, "new phone"}
    return replace(_written_down(world, replace(house, name=name, emails=emails)), story=frozenset(story))


def _legal(world: World, name: str) -> str:
    for form in (" LLC", ", Inc.", " Co."):
        if name.endswith(form):
            return name.removesuffix(form)
    return world.dice.choice((f"{name}, Inc.", f"{name} Inc", f"The {name}"))


def _short(world: World, name: str) -> str:
    return " ".join(SHORTER.get(word, word) for word in name.split())


def _typo(world: World, name: str) -> str:
    words = name.split()
    place = world.dice.choice([at for at, word in enumerate(words) if len(word) > 3] or [0])
    words[place] = slip(world, words[place])
    return " ".join(words)


def _part(world: World, name: str) -> str:
    """The town at the end, or the word before the last one, is left out."""
    before, of, _town = name.rpartition(" of ")
    if of and len(before.split()) > 1:
        return before
    words = name.split()
    return " ".join([*words[:-2], words[-1]]) if len(words) > 3 else name


def _initials(world: World, name: str) -> str:
    words = [word for word in name.split() if word.lower() not in SMALL]
    return "".join(word if word.isdigit() else word[0] for word in words).upper() if len(words) > 2 else name


Deed = Callable[[World, str], str]
DEEDS: list[tuple[float, str, Deed]] = [
    (0.04, "initials", _initials),
    (0.35, "legal form", _legal),
    (0.3, "short form", _short),
    (0.1, "typo", _typo),
    (0.08, "part of the name", _part),
]
"""How likely, what it is called, and what it does to a name."""
