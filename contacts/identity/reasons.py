"""Why two may be one, in words: the codes of the rules as sentences, and how sure they are together."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

REASONS: dict[str, Words] = {
    "same_name": _("the same name"),
    "email": _("the same e-mail address"),
    "phone": _("the same phone number"),
    "address": _("the same postal address"),
    "zip": _("the same zip code"),
    "rare_name": _("a name that hardly anybody else has"),
    "nickname": _("one goes by a short form of the other’s first name"),
    "initial": _("of one, only an initial is known"),
    "spelling": _("a letter differs in the name"),
    "second_name": _("one goes by the other’s second given name"),
    "double_last_name": _("one has two last names, the other one of them"),
    "swapped": _("first and last name changed places"),
    "other_last_name": _("another last name, perhaps after a marriage"),
    "former_name": _("an address with the other’s last name"),
    "moved": _("another zip code, perhaps they moved"),
    "local_part": _("the same name in front of the @, at another provider"),
    "email_spelling": _("a letter differs in the e-mail address"),
    "email_number": _("the same number in both e-mail addresses"),
    "phone_spelling": _("a digit differs in the phone number"),
    "organisation": _("they belong to the same organisation"),
    "shared_inbox": _("the same inbox of an office"),
    "domain": _("the same domain of their own"),
    "letters": _("the letters of the other’s name"),
    "part_of_name": _("the words of one name stand in the other"),
}
"""Every code of the rules."""

ASKED: dict[str, Words] = {
    "email": _("same e-mail"),
    "phone": _("same phone"),
    "address": _("same address"),
    "same_name": _("same name"),
    "nickname": _("short first name"),
    "spelling": _("misspelled"),
    "double_last_name": _("two last names"),
    "other_last_name": _("another last name"),
    "moved": _("moved"),
    "local_part": _("another provider"),
}
"""The reasons a list is narrowed by, in short."""

SURE = 85
"""From this score two are almost surely one."""


def sentences(codes: Iterable[str]) -> list[str]:
    """The reasons in words; a code that a newer rule wrote is left out."""
    return [str(REASONS[code]) for code in codes if code in REASONS]


def how_sure(score: int, likely: int) -> Words:
    """The score in a word or two."""
    if score >= SURE:
        return _("very likely one")
    return _("probably one") if score >= likely else _("possibly one")
