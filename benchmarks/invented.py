"""Invented people as a book of many years holds them: entered several times, by several hands, with life in between.

Written without a look at the rules that are measured: names are as skewed as in a county of the South-East, people live
in households, and what an entry says depends on who wrote it down (a sign-up page, a paper sheet, a donor's file …).
Whoever is entered again may have moved, married, changed provider or number since, or be misspelled.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate

WOMEN = """
    Mary Jennifer Linda Patricia Elizabeth Susan Jessica Sarah Karen Lisa Nancy Ashley Kimberly Emily Donna
    Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura Sharon Cynthia Dorothy Amy Kathleen Angela
    Shirley Brenda Emma Anna Pamela Nicole Samantha Katherine Christine Helen Debra Rachel Carolyn Janet Maria
    Catherine Heather Diane Olivia Julie Joyce Victoria Ruth Virginia Lauren Kelly Christina Joan Evelyn Judith
    Andrea Hannah Megan Cheryl Jacqueline Martha Madison Teresa Gloria Sara Janice Ann Kathryn Abigail Sophia
    Frances Jean Alice Judy Isabella Julia Grace Amber Denise Danielle Marilyn Beverly Charlotte Natalie Theresa
    Diana Brittany Keisha Latoya Tamika Ebony Imani Aaliyah Nia Monique
""".split()
MEN = """
    James Robert John Michael David William Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony
    Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan
    Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander
    Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah
    Ethan Jeremy Christian Walter Keith Austin Roger Terry Sean Gerald Carl Dylan Harold Jordan Jesse Bryan
    Lawrence Arthur Gabriel Bruce Logan Billy Joe Alan Juan Elijah Willie Albert Wayne Randy Vincent Mason Roy
    Ralph Bobby Russell Bradley Philip Eugene Jamal DeShawn Malik Tyrone Darius
""".split()
MUJERES = """
    María Guadalupe Ana Carmen Rosa Juana Sofía Lucía Elena Isabel Gabriela Patricia Claudia Leticia Margarita
    Yolanda Silvia Verónica Teresa Alejandra Beatriz Daniela Adriana Marisol Esperanza Dolores Mercedes
    Valentina Camila Ximena Josefina Lourdes Paola Karina Rocío Fernanda Carolina Mónica Angélica Luz
""".split()
HOMBRES = """
    José Juan Luis Carlos Jesús Miguel Francisco Antonio Jorge Manuel Pedro Alejandro Rafael Fernando Roberto
    Eduardo Ricardo Javier Sergio Raúl Ramón Enrique Arturo Diego Andrés Víctor Óscar Héctor Martín Alberto
    Mario Santiago Mateo Guillermo Ignacio Salvador Tomás Gustavo Rubén Julio
""".split()
LAST = """
    Smith Johnson Williams Brown Jones Davis Miller Wilson Moore Taylor Anderson Thomas Jackson White Harris
    Martin Thompson Robinson Clark Lewis Lee Walker Hall Allen Young King Wright Scott Green Baker Adams Nelson
    Hill Campbell Mitchell Roberts Carter Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy
    Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks
    Bennett Gray James Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Jenkins Perry Butler
    Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Wallace Cole West Hayes
    Bryant Gibson Ellis Stevens Ford Marshall Owens Harrison Woods Washington Kennedy Wells Henry Freeman Webb
    Tucker Burns Crawford Olson Porter Hunter Gordon Shaw Snyder Mason Dixon Hunt Hicks Holmes Palmer Wagner
    Black Robertson Boyd Stone Salazar Fox Warren Mills Meyer Rice Schmidt Daniels Ferguson Nichols Stephens
    Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer Hawkins Arnold Pierce Hansen Peters Hart Bradley Knight
    Elliott Cunningham Duncan Armstrong Hudson Carroll Lane Riley Andrews Alston Springs Caldwell McClure
    Hairston Patel Nguyen Tran Kim Shah Singh Chen Pham Okafor Mensah Abebe Khan Ali O'Connor O'Neal McDonald
    McCoy
""".split()
APELLIDOS = """
    García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz
    Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Mendoza Álvarez Castillo Jiménez Vásquez Romero Herrera
    Medina Aguilar Vargas Guzmán Méndez Muñoz Salazar Soto Delgado Ríos Peña Contreras Ortega Guerrero Estrada
    Sandoval Domínguez Espinoza Nuñez Alvarado Maldonado Juárez Rojas Santiago Fuentes Acosta Figueroa Cortez
    Carrillo Lara Padilla Campos Cabrera Molina Navarro Valdez Velázquez Cervantes Miranda Orozco Zamora
    Bautista Beltrán Cisneros Trejo Zúñiga Villanueva Tapia Quintero
""".split()
SHORT = {
    "James": "Jim", "Robert": "Bob", "John": "Jack", "Michael": "Mike", "David": "Dave", "William": "Bill",
    "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom", "Charles": "Charlie", "Christopher": "Chris",
    "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony", "Steven": "Steve", "Andrew": "Drew",
    "Joshua": "Josh", "Kenneth": "Ken", "Timothy": "Tim", "Ronald": "Ron", "Edward": "Eddie", "Jeffrey": "Jeff",
    "Nicholas": "Nick", "Jonathan": "Jon", "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg",
    "Alexander": "Alex", "Patrick": "Pat", "Raymond": "Ray", "Gerald": "Jerry", "Lawrence": "Larry",
    "Zachary": "Zach", "Douglas": "Doug", "Jennifer": "Jen", "Patricia": "Trish", "Elizabeth": "Liz",
    "Susan": "Sue", "Jessica": "Jess", "Kimberly": "Kim", "Deborah": "Debbie", "Stephanie": "Steph",
    "Rebecca": "Becky", "Cynthia": "Cindy", "Kathleen": "Kathy", "Pamela": "Pam", "Samantha": "Sam",
    "Katherine": "Kate", "Christine": "Chris", "Catherine": "Cathy", "Victoria": "Vicky", "Virginia": "Ginny",
    "Theresa": "Terry", "Amanda": "Mandy", "Melissa": "Missy", "Jacqueline": "Jackie", "Abigail": "Abby",
    "Francisco": "Paco", "José": "Pepe", "Ignacio": "Nacho", "Guadalupe": "Lupe", "Eduardo": "Lalo",
    "Jesús": "Chuy", "Enrique": "Quique", "Manuel": "Manolo", "Roberto": "Beto", "Dolores": "Lola",
    "Guillermo": "Memo", "Rafael": "Rafa", "Gabriela": "Gaby", "Alejandro": "Alex", "Leticia": "Lety",
    "Salvador": "Chava", "Isabel": "Chabela", "Josefina": "Pepa", "Mercedes": "Meche", "Luis": "Lucho",
    "Philip": "Phil", "Albert": "Al", "Eugene": "Gene", "Russell": "Rusty", "Bradley": "Brad",
    "Margarita": "Mago", "Alejandra": "Ale", "Fernando": "Fer", "Antonio": "Toño", "Carolina": "Caro",
    "Valentina": "Vale",
}  # fmt: skip
ZIPS = [f"282{number:02d}" for number in (*range(2, 18), 26, 27, 44, 62, 69, 70, 73, 77, 78)] + [
    "28031", "28036", "28078", "28105", "28126", "28134", "28054", "28025", "28027", "28110", "28079", "28173",
]  # fmt: skip
STREETS = """
    Main Oak Pine Maple Cedar Elm Park Church Trade Tryon Beatties Providence Sharon Central Monroe Albemarle
    Statesville Graham Davidson Plaza Eastway Kilborne Hickory Rozzelles Tuckaseegee Freedom Wilkinson Remount
    Clanton Nations Arrowood Carmel Rea Johnston Ballantyne Lancaster Mallard Sugar Harris Rocky Old Mountain
    Highland Lakeview Sunset Ridge Valley Forest Meadow Spring Willow Dogwood Magnolia Peach Cherry Walnut
    Chestnut Sycamore Laurel Ivy Holly Jasmine Rose
""".split()
KINDS = ["Street", "Road", "Avenue", "Drive", "Lane", "Court", "Circle", "Boulevard"]
KINDS_SHORT = {"Street": "St", "Road": "Rd", "Avenue": "Ave", "Drive": "Dr", "Lane": "Ln", "Boulevard": "Blvd"}
PROVIDERS = ["gmail.com"] * 11 + ["yahoo.com"] * 4 + ["hotmail.com"] * 2 + ["outlook.com", "aol.com", "icloud.com"]
HANDLES = [
    "sunny",
    "blue",
    "panther",
    "queen",
    "cat",
    "runner",
    "tar",
    "heel",
    "music",
    "happy",
    "lucky",
    "star",
    "coach",
    "book",
    "lover",
    "faith",
    "bella",
    "tiger",
    "fan",
]
STARTS = "B Br C Ch Cr D F G Gr H K Kl L M N P Pr R S Sch St T Tr V W Z Ab El Os".split()
VOWELS = "a e i o u ai ea er an or in el".split()
CONSONANTS = "b d g l ll m n nd r rt s ss t v z".split()
ENDS = "er man son ton ski ez ley wood ford ard ini a o en".split()
KEYS = {"a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "mb", "r": "et", "s": "ad", "t": "ry", "l": "k", "m": "n"}


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
