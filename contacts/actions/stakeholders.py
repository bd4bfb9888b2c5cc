"""Put somebody in the book, change them, find them again, tag them."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from contacts.actions.addresses import add_email, add_phone
from contacts.addresses import normalize_email
from contacts.locks import share_the_book
from contacts.models import Affiliation, Stakeholder, StakeholderMerge, StakeholderType, Tag, Tagging, Typing
from contacts.names import compared, compatible, full_name, same_name
from contacts.search import REFRESH_ALL, REFRESH_SOME
from crm.errors import Refused
from crm.history import acting

EDITABLE = frozenset({"kind", "name", "first_name", "last_name", "language", "zip", "source", "notes"})


class NotTheRightKind(Refused):
    """A person was given where an organisation is meant, or the other way round."""


@transaction.atomic
def create_stakeholder(
    *,
    name: str = "",
    emails: Iterable[str] = (),
    phones: Iterable[str] = (),
    types: Iterable[StakeholderType] = (),
    tags: Iterable[str] = (),
    by=None,
    **facts,
) -> Stakeholder:
    """Put a person or an organisation in the book.

    `facts` are fields of Stakeholder; a person without `name` is called by first and last name. Raises
    ValidationError when a field is wrong.
    """
    person = Stakeholder(name=name or full_name(facts.get("first_name", ""), facts.get("last_name", "")), **facts)
    person.full_clean(exclude=["types", "tags"])
    with acting("create_stakeholder", by):
        person.save()
        for address in emails:
            add_email(person, address, by=by)
        for number in phones:
            add_phone(person, number, by=by)
        set_types(person, types, by=by)
        tag_stakeholders([person.pk], tags, by=by)
    return person


@transaction.atomic
def update_stakeholder(stakeholder: Stakeholder, *, by=None, **changes) -> list[str]:
    """Change fields of `stakeholder`; gives the names of those that differ. Raises ValidationError."""
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise TypeError(f"update_stakeholder cannot change {', '.join(sorted(unknown))}")
    changed = [field for field, value in changes.items() if getattr(stakeholder, field) != value]
    for field in changed:
        setattr(stakeholder, field, changes[field])
    if changed:
        stakeholder.full_clean(exclude=["types", "tags"])
        with acting("update_stakeholder", by):
            stakeholder.save(update_fields=[*changed, "updated_at"])
    return changed


@transaction.atomic
def find_or_create_person(
    email: str, first_name: str, last_name: str, *, language: str, zip: str = "", source: str, by=None
) -> tuple[Stakeholder, bool]:
    """The person of this address and a name that can be theirs, and whether they are new.

    An inbox may be shared: the same address under another name is another person, and when two
    people could be meant neither is touched. Someone found keeps what is known; only blanks are filled.
    """
    address = normalize_email(email)
    share_the_book()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address])
    found = _the_one(address, first_name, last_name)
    if found:
        offered = {"first_name": first_name.strip(), "last_name": last_name.strip(), "zip": zip}
        blanks = {field: value for field, value in offered.items() if value and not getattr(found, field)}
        if (blanks.keys() & {"first_name", "last_name"}) and found.name == address:
            blanks["name"] = full_name(first_name, last_name)
        update_stakeholder(found, by=by, **blanks)
        return found, False
    person = create_stakeholder(
        name=full_name(first_name, last_name) or address,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        language=language,
        zip=zip,
        source=source,
        emails=[email],
        by=by,
    )
    return person, True


def find_person(email: str, first_name: str, last_name: str) -> Stakeholder | None:
    """The single person of this address and a name that can be theirs; the same rule as find_or_create_person."""
    return _the_one(normalize_email(email), first_name, last_name)


def _the_one(address: str, first: str, last: str) -> Stakeholder | None:
    """The single person behind `address` who can carry this name; None when nobody or several can."""
    people = list(
        Stakeholder.objects.filter(
            kind=Stakeholder.Kind.PERSON, contact_points__kind="email", contact_points__normalized=address
        ).order_by("pk")
    )
    names = _names(people)
    exact = [person for person in people if any(same_name(first, last, *name) for name in names[person.pk])]
    if exact:
        return exact[0]
    asked = compared(first, last)
    close = [person for person in people if any(compatible(asked, compared(*name)) for name in names[person.pk])]
    return close[0] if len(close) == 1 else None


def _names(people: list[Stakeholder]) -> dict[int, list[tuple[str, str]]]:
    """First and last name of each, and those of whoever became part of them: a merged one is not made again."""
    names = {person.pk: [(person.first_name, person.last_name)] for person in people}
    merges = StakeholderMerge.objects.filter(survivor__in=people, undone_at__isnull=True, kept__has_key="row")
    for pk, row in merges.order_by("pk").values_list("survivor_id", "kept__row") if people else []:
        names[pk].append((row["first_name"], row["last_name"]))
    return names


@transaction.atomic
def set_types(stakeholder: Stakeholder, types: Iterable[StakeholderType], *, by=None) -> None:
    """Make `types` the types of `stakeholder`, no more and no less."""
    wanted = {kind.pk for kind in types}
    with acting("set_types", by):
        Typing.objects.filter(stakeholder=stakeholder).exclude(type__in=wanted).delete()
        Typing.objects.bulk_create(
            (Typing(stakeholder=stakeholder, type_id=pk) for pk in sorted(wanted)), ignore_conflicts=True
        )


@transaction.atomic
def tag_stakeholders(ids: Iterable[int], names: Iterable[str], *, by=None) -> int:
    """Put the tags `names` on the stakeholders `ids`, making tags that are new; gives how many were put on."""
    tags = [_tag(name) for name in dict.fromkeys(" ".join(name.split()) for name in names) if name]
    wanted = [Tagging(stakeholder_id=pk, tag=tag) for pk in sorted(set(ids)) for tag in tags]
    before = Tagging.objects.filter(tag__in=tags).count()
    with acting("tag_stakeholders", by):
        Tagging.objects.bulk_create(wanted, ignore_conflicts=True, batch_size=10_000)
    return Tagging.objects.filter(tag__in=tags).count() - before


@transaction.atomic
def untag_stakeholders(ids: Iterable[int], tag: Tag, *, by=None) -> int:
    """Take `tag` off the stakeholders `ids`; gives how many carried it."""
    with acting("untag_stakeholders", by):
        removed, _per_model = Tagging.objects.filter(stakeholder__in=list(ids), tag=tag).delete()
    return removed


def _tag(name: str) -> Tag:
    return Tag.objects.filter(name__iexact=name).first() or Tag.objects.create(name=name)


@transaction.atomic
def affiliate(person: Stakeholder, organisation: Stakeholder, *, role: str = "", started_on=None, by=None):
    """Write down that `person` has a role in `organisation`; the same role twice is one affiliation."""
    if person.kind != Stakeholder.Kind.PERSON or organisation.kind != Stakeholder.Kind.ORGANISATION:
        raise NotTheRightKind(_("A person belongs to an organisation, not the other way round."))
    with acting("affiliate", by):
        affiliation, _created = Affiliation.objects.get_or_create(
            person=person, organisation=organisation, role=role, defaults={"started_on": started_on}
        )
    return affiliation


def refresh_search(ids: Iterable[int] | None = None) -> int:
    """Write the search text of the stakeholders `ids` (all when None) anew; gives how many were wrong.

    The triggers keep it true; this is for repair and for proof.
    """
    with connection.cursor() as cursor:
        cursor.execute(*((REFRESH_ALL,) if ids is None else (REFRESH_SOME, [list(ids)])))
        return cursor.rowcount
