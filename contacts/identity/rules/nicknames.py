"""Which full names a short one may stand for; several where it may be either (Alex, Chris, Pat)."""

from contacts.names import CANONICAL

_MORE = """
    alexander:alex al xander; alexandra:alex sandra sandy lexi; alejandro:alex ale alexander; alejandra:alex
    ale; christopher:chris; christine:chris chrissy tina; christina:chris tina crissy; patricia:pat patti;
    samuel:sam; samantha:sam sammie; danielle:dani; theodore:ted teddy theo; nathaniel:nate nat nathan;
    jonathan:jon john johnny; frederick:fred freddy; peter:pete; albert:al bert; arthur:art; eugene:gene;
    francis:frank; franklin:frank; frances:fran frankie; harold:harry hal; henry:hank harry; jacob:jake;
    joshua:josh; kathleen:kathy kate; leonard:len lenny leo; louis:lou louie; martin:marty; mary:molly polly;
    nancy:nan; randall:randy; reginald:reggie reg; russell:russ; stanley:stan; stephanie:steph; suzanne:sue
    suzie; terrence:terry; vincent:vince; walter:walt; wesley:wes; zachary:zach zack; abigail:abby gail;
    amanda:mandy; angela:angie; dorothy:dot dottie; virginia:ginny ginger; veronica:ronnie vero;
    jacqueline:jackie; michelle:shelly; melissa:missy mel; allison:ali; antonio:tono tony anthony; beatriz:bea
    betty; carolina:caro; catalina:cata; federico:fede; fernando:nando fer; gabriel:gabe gabo; gabriela:gaby
    gabi; gregorio:goyo gregory; guillermo:memo william; gustavo:gus; isabel:isa chabela; josefina:pepa fina;
    juan:juancho john; joaquin:quino; leticia:lety; luis:lucho louis; magdalena:magda lena; maria:mari mary;
    mercedes:meche; miguel:mike michael; monica:moni; pablo:paul; pedro:peter; rafael:rafa ralph; ramon:moncho
    ray; ricardo:richard rick richie; rodrigo:rigo; salvador:chava sal; santiago:santi; sergio:checo; sofia:sofi
    sophia; teresa:tere; tomas:thomas tommy; valentina:vale; vicente:chente vincent; yolanda:yoli; jorge:george;
    jaime:james; jose:joseph joe; carlos:charlie charles; andres:andrew andy; ana:anne ann anna; esteban:steven
    stephen; daniel:dani; david:davy; roberto:robert rob; eduardo:edward eddie; francisco:frank francis cisco;
    manuel:manny manolo; enrique:henry rick; jesus:chucho; ignacio:nacho; raymundo:ray; lucia:lucy;
    margarita:margaret maggie mago; elisabet:elizabeth
"""


def _groups() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    pairs = [(nick, full) for nick, full in CANONICAL.items()]
    for entry in _MORE.split(";"):
        full, nicks = (part.strip() for part in entry.split(":"))
        pairs += [(nick, full) for nick in nicks.split()]
    for nick, full in pairs:
        names = found.setdefault(nick, [])
        if full not in names:
            names.append(full)
    return {nick: tuple(names) for nick, names in found.items()}


FULL_NAMES = _groups()
"""A short name with the full ones it may stand for."""


def called(first: str) -> tuple[str, ...]:
    """What somebody called `first` may be in full; the name itself is one of them."""
    return (first, *FULL_NAMES.get(first, ()))


def whole(first: str) -> str:
    """The one full name under which a first name is counted."""
    return CANONICAL.get(first, first)


def may_be_called(one: str, other: str) -> bool:
    """Whether one of two different first names may be short for the other, or both for a third."""
    return not set(called(one)).isdisjoint(called(other))
