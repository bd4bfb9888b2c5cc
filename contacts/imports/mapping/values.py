"""What the values of a file mean: types, languages, consent states, yes and no; in English and Spanish."""

import re
from functools import lru_cache

from contacts.imports.mapping.headers import plain

TYPES: dict[str, str] = {
    "individual": """individual; committed individual; resident; neighbor; neighbour; community member; citizen;
        volunteer; person; persona; individuo; residente; vecino; vecina; persona comprometida; voluntario;
        voluntaria""",
    "grassroots-leader": """grassroots leader; grassroots community leader; community leader; grassroots;
        neighborhood leader; lider comunitario; lider comunitaria; lideresa comunitaria; lider de base; lider""",
    "activist": "activist; advocate; organizer; community organizer; activista; defensor; defensora",
    "politician": """politician; elected official; elected; public official; council member; legislator; politico;
        politica; funcionario electo; funcionaria electa; oficial electo""",
    "business": """business; company; corporate; corporation; private sector; employer; small business; for profit;
        negocio; empresa; sector privado; comercio""",
    "government": "government; govt; public agency; city; county; agency; public sector; gobierno; sector publico",
    "faith": """faith; community of faith; faith community; faith based; faith based organization; church;
        congregation; clergy; mosque; synagogue; temple; pastor; comunidad de fe; fe; iglesia; congregacion""",
    "nonprofit": """nonprofit; non profit; not for profit; non profit organization; nonprofit organization; ngo;
        npo; 501c3; 501 c 3; charity; foundation; sin fines de lucro; organizacion sin fines de lucro; ong;
        fundacion""",
}
"""Slug of a seeded type → words for it; the names staff gave to types are known as well."""

LANGUAGES = {
    "en": """en; eng; english; ingles; en us; en gb; us english; american english; english united states; english us;
        english united kingdom""",
    "es": """es; esp; spa; spanish; espanol; castellano; sp; es mx; es es; es us; spanish espanol; espanol spanish;
        spanish mexico; spanish spain; espanol mexico; espanol espana; castilian""",
}

STATES = {
    "subscribed": """subscribed; subscriber; active; opted in; opt in; confirmed; express; implied; suscrito;
        suscrita; activo; activa; email subscriber; marketing contact; confirmado; permission granted; opted_in""",
    "unsubscribed": """unsubscribed; unsubscribe; opted out; opt out; opt out of email; removed; left; inactive;
        no longer subscribed; baja; dado de baja; dada de baja; desuscrito; desuscrita; no suscrito; cancelado;
        de baja; unsub; global unsubscribe; unsubscribed by user""",
    "bounced": """cleaned; bounced; bounce; hard bounce; hard bounced; undeliverable; invalid; invalid email;
        bouncing; rebotado; rebotada; non existent; does not exist; bad address; suspended""",
    "complained": """complained; complaint; spam complaint; marked as spam; abuse; abuse complaint;
        reported as spam; spam""",
    "no_contact": """do not contact; do not email; do not mail; dnc; no contactar; no escribir; never contact;
        blocked; suppressed; global suppression; no enviar""",
    "none": """non subscribed; nonsubscribed; transactional; pending; unconfirmed; not subscribed; none; never;
        awaiting confirmation; not set; no permissions set; temporary hold; non marketing contact; pendiente;
        never subscribed""",
}
"""What a file may say about writing to somebody; `none` is no yes and no no."""

ATTENDANCE = {
    "attended": """attended; came; checked in; check in; present; joined; participated; yes; y; attended event;
        completed; asistio; presente; si; vino""",
    "no_show": """no show; noshow; did not attend; did not come; absent; no; n; not attended; missed; no asistio;
        ausente""",
    "registered": """registered; attending; approved; going; confirmed; rsvp; rsvp yes; paid; p; active; signed up;
        will attend; ticket issued; unscanned; expected; registrado; registrada; confirmado; confirmada; inscrito;
        inscrita; ira""",
    "cancelled": """cancelled; canceled; not attending; refunded; deleted; transferred; denied; declined; not going;
        c; expired; e; rsvp no; wont attend; cancelado; cancelada; no ira""",
}
"""What a file may say about an event, the strongest first; what is pending is nothing."""

STRICTEST = ("no_contact", "complained", "unsubscribed", "bounced", "none", "subscribed")
"""When several columns or rows speak about one person, the first of these wins."""

FORBIDDING = frozenset({"no_contact", "complained", "unsubscribed", "bounced"})
"""States that forbid something."""

_YES = """
    1 y yes true t si s x on checked verdadero ok
"""
YES = frozenset(_YES.split())
_NO = """
    0 n no false f off none na null unchecked falso never
"""
NO = frozenset((*_NO.split(), "n a", "not unsubscribed", "not set"))
DATE = re.compile(r"\b(19|20)\d\d\b")


def _turn(table: dict[str, str]) -> dict[str, str]:
    return {" ".join(word.split()): key for key, words in table.items() for word in words.split(";")}


_TYPES, _LANGUAGES, _STATES, _ATTENDANCE = _turn(TYPES), _turn(LANGUAGES), _turn(STATES), _turn(ATTENDANCE)


@lru_cache(maxsize=4096)
def type_slug(value: str) -> str:
    """The slug of a seeded type that `value` names, empty when we do not know it."""
    return _TYPES.get(plain(value)) or _TYPES.get(plain(value).removesuffix("s")) or ""


@lru_cache(maxsize=1024)
def language_code(value: str) -> str:
    """`en` or `es`, empty when we do not know it."""
    return _LANGUAGES.get(plain(value), "")


@lru_cache(maxsize=1024)
def email_state(value: str) -> str:
    """A key of STATES, empty when the value says nothing about e-mail."""
    return _STATES.get(plain(value), "")


@lru_cache(maxsize=1024)
def attendance_state(value: str) -> str:
    """A key of ATTENDANCE, empty when the value says nothing about an event."""
    return _ATTENDANCE.get(plain(value), "")


@lru_cache(maxsize=4096)
def agrees(value: str) -> bool | None:
    """A yes that was really said (yes, x, a date), a no, or None for an empty cell; what we do not know is no yes."""
    words = plain(value)
    if not words:
        return None
    return words in YES or bool(DATE.search(words))


@lru_cache(maxsize=4096)
def forbids(value: str) -> bool:
    """Whether a cell under “unsubscribed” or “do not contact” says so: anything but empty and no."""
    words = plain(value)
    return bool(words) and words not in NO


def strictest(states: list[str]) -> str:
    """The word that binds us when several were said; empty when none was."""
    return min(states, key=STRICTEST.index) if states else ""


def split_words(value: str) -> list[str]:
    """The words of a cell with several: commas, semicolons, bars, line breaks, Google's “ ::: ”."""
    if '"' in value and (quoted := _quoted_words(value)):
        return quoted
    parts = re.split(r":::|[,;|\n]", value)
    return [word for part in parts if (word := " ".join(part.replace('"', " ").split()).strip("* "))]


QUOTED = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^",;|\n]*))\s*(?:[,;|\n]|$)')
"""A word in quotes, in which a quote is doubled, or a plain one, up to the next separator."""


def _quoted_words(value: str) -> list[str]:
    """The words of a cell in which those with a comma stand in quotes; none when its quotes mean something else."""
    words, at = [], 0
    while at < len(value):
        found = QUOTED.match(value, at)
        if found is None or found.end() == at:
            return []
        word = found[1].replace('""', '"') if found[1] else found[2].strip("* ")
        words += [" ".join(word.split())] if word.strip() else []
        at = found.end()
    return words
