"""Traits as one line of text, as a sketch keeps them: quick to write by the thousand and to read back."""

from contacts.identity.rules import Traits

FIELD, ITEM = "\x1f", "\x1e"


def pack(one: Traits) -> str:
    """The traits as text, without the number of whom they are."""
    return FIELD.join((
        one.kind, " ".join(one.firsts), " ".join(one.lasts), one.suffix, one.zip, one.language,
        " ".join(one.emails), " ".join(one.phones), ITEM.join(one.streets), " ".join(one.organisations),
    ))  # fmt: skip


def unpack(pk: int, text: str, namesakes: int = 0) -> Traits:
    """The traits of `pk` as they were packed."""
    kind, firsts, lasts, suffix, zip_code, language, emails, phones, streets, organisations = text.split(FIELD)
    return Traits(
        pk, kind, tuple(firsts.split()), tuple(lasts.split()), suffix, zip_code, language, tuple(emails.split()),
        tuple(phones.split()), tuple(streets.split(ITEM)) if streets else (), tuple(organisations.split()), namesakes,
    )  # fmt: skip
