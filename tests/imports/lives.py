"""A book of a few people, a file that says more of them, and whatever hands may do to them afterwards."""

import random
from datetime import date

from django.core.files.base import ContentFile

from contacts.actions import (
    add_contact_point,
    add_email,
    add_phone,
    affiliate,
    create_stakeholder,
    give_consent,
    leave_all,
    make_primary,
    remove_contact_point,
    set_own_values,
    set_types,
    suppress,
    tag_stakeholders,
    untag_stakeholders,
    update_stakeholder,
    withdraw_consent,
)
from contacts.actions.addresses import change_contact_point
from contacts.actions.bounces import note_hard_bounce
from contacts.identity.merging import merge_stakeholders
from contacts.imports.actions import commit_import, partner_named, receive_file, topics_named
from contacts.imports.models import ImportRun
from contacts.imports.policy import Policy
from contacts.models import CustomField, ExternalId, Stakeholder, StakeholderType, Suppression, Topic
from engagement.actions.registrations import cancel_registration, register
from engagement.models import Event
from tests.factories import EventFactory
from tests.imports.conftest import csv_of

HEAD = (
    "E-mail", "E-mail 2", "First name", "Last name", "Phone", "Street", "City", "State", "Zip", "Notes", "Language",
    "Tags", "Types", "Company", "Job title", "Ward", "Shirt", "Contact ID", "Status", "Attendee Status",
)  # fmt: skip
KNOWN, NEW = 6, 4


class World:
    """A book of a few people of whom by chance something is known, and a file that says more."""

    def __init__(self, chance: random.Random, *, quiet: bool = False) -> None:
        """With `quiet` no row says no to anything (a no stays, whatever goes back), and no two files write the same."""
        self.quiet = quiet
        self.chance = chance
        self.states = ("", "subscribed") if quiet else ("", "", "", "subscribed", "unsubscribed", "cleaned", "abuse")
        self.topics = list(Topic.objects.order_by("pk")[:3])
        self.types = list(StakeholderType.objects.filter(kind="person").order_by("pk")[:3])
        for slug in ("ward", "shirt"):
            CustomField.objects.create(slug=slug, name_en=slug.title())
        self.event: Event = EventFactory()  # type: ignore[assignment]
        self.house = create_stakeholder(kind="organisation", name="Dove House")
        self.known = [self._somebody(number) for number in range(KNOWN)]
        self.merged: set[int] = set()
        self.policy = Policy(
            matches=self.any("fill", "update", "update"),
            blanks=not quiet and self.any(True, False),
            system="crm",
            tags=self.any((), ("From the file",)),
            occasion=f"engagement.event:{self.event.pk}",
        )
        self.files: dict[str, bytes] = {}

    def any(self, *values):
        return self.chance.choice(values)

    def _somebody(self, number: int) -> Stakeholder:
        """By chance with much or little; some share an inbox."""
        person = create_stakeholder(
            first_name=f"Ana{number}",
            last_name=self.any("", f"Ruiz{number}"),
            zip=self.any("", "28202"),
            notes=self.any("", "Old"),
            language=self.any("en", "es"),
            emails=[f"p{number}@example.org"][: self.any(1, 1, 1, 1, 0)] + self.any([], ["home@example.org"]),
            phones=self.any([], [f"704-555-010{number}"]),
            types=self.any([], self.types[:1]),
            tags=self.any([], ["Donor"], ["Host"]),
        )
        set_own_values(person, self.any({}, {"ward": "1"}, {"ward": "2", "shirt": "M"}))
        if self.any(True, False):
            affiliate(person, self.house, role=self.any("", "Director"))
        if self.any(True, False):
            ExternalId.objects.create(stakeholder=person, system="crm", value=f"n{number}")
        if self.any(True, False):
            add_contact_point(person, "postal", f"{number} Oak St, Charlotte, NC 28202")
        for topic in self.topics:
            if said := self.any(None, give_consent, withdraw_consent):
                facts = {"wording": "Yes", "language": "en"} if said is give_consent else {}
                said(person, topic, source="form", **facts)
        if self.any(True, False, False):
            register(self.event, stakeholder=person, tell=False)
        if self.any(True, False, False, False):
            note_hard_bounce(f"p{number}@example.org", source="campaign:1")
        return person

    def _row(self, number: int) -> tuple[str, ...]:
        pick = self.any

        def said(*values: str) -> str:
            own = f"{values[-1][:4]}{len(self.files)}"
            return pick("", own) if self.quiet else pick("", *values)

        return (
            f"p{number}@example.org", pick("", "home@example.org", f"other{number}@example.org"),
            f"Ana{number}", f"Ruiz{number}", pick("", f"704-555-010{number}", f"704-555-020{number}"),
            pick("", f"{number} Elm St"), "Charlotte", "NC", said("28202", "28210"), said("Old", "New"),
            pick("", "es"), pick("", "Donor", "Host; New tag"), pick("", self.types[1].name_en),
            pick("", "Dove House", "Hope Fund"), pick("", "Director"), said("3"), said("L"),
            pick("", f"n{number}"), pick(*self.states),
            pick("", "Attending", "Checked In", "Not Attending"),
        )  # fmt: skip

    def send(self, partner: str = "Food Bank") -> ImportRun:
        """Receive the file of a partner, the same each time, and save it."""
        if partner not in self.files:
            self.files[partner] = csv_of(HEAD, *(self._row(number) for number in range(KNOWN + NEW)))
        run = receive_file(
            ContentFile(self.files[partner], name="list.csv"),
            partner=partner_named(partner),
            topics=topics_named(["newsletter"]),
            policy=self.policy,
        )
        return commit_import(run)


def _point(deed):
    """A deed on one of somebody's addresses, if they have any."""

    def done(who, world):
        points = list(who.contact_points.order_by("pk"))
        if points:
            deed(world.chance.choice(points), world)

    return done


def _seat(deed):
    def done(who, world):
        for seat in who.registrations.all():
            deed(seat, world)

    return done


def _emails(deed):
    """A deed on one of somebody's e-mail addresses, as mail servers and their owners do it."""

    def done(who, world):
        emails = list(who.contact_points.filter(kind="email").order_by("pk"))
        if emails:
            deed(world.chance.choice(emails).value)

    return done


def _merge(who, world):
    """Two become one; whoever was part of a merge before is left alone."""
    others = Stakeholder.objects.filter(kind=who.kind).exclude(pk__in={who.pk} | world.merged).order_by("pk")
    if who.pk not in world.merged and others:
        other = world.chance.choice(list(others))
        world.merged |= {who.pk, other.pk}
        merge_stakeholders(who, other, by=None)


def _chair(who, world):
    house = Stakeholder.objects.filter(kind="organisation").order_by("pk").first()
    if house and who.kind == "person":
        affiliate(who, house, role="Chair")


def _leave_role(who, world):
    roles = list(who.affiliations.order_by("pk"))
    if roles:
        role = world.chance.choice(roles)
        role.ended_on = date(2026, 1, 1)
        role.save() if world.any(True, False) else role.delete()


DEEDS = {
    "edit": lambda who, world: update_stakeholder(who, zip=world.any("", "28299"), notes=world.any("Called", "Old")),
    "rename": lambda who, world: update_stakeholder(who, name="Ana Vega", first_name="Ana", last_name="Vega"),
    "speak": lambda who, world: update_stakeholder(who, language=world.any("en", "es")),
    "own": lambda who, world: set_own_values(who, {"ward": world.any("", "3", "9")}),
    "email": lambda who, world: add_email(who, world.any("later@example.org", "home@example.org")),
    "phone": lambda who, world: add_phone(who, world.any("980-555-0100", "704-555-0201")),
    "home": lambda who, world: add_contact_point(who, "postal", "9 Ash St, Charlotte, NC 28299"),
    "main": _point(lambda point, world: make_primary(point)),
    "drop": _point(lambda point, world: remove_contact_point(point)),
    "label": _point(lambda point, world: change_contact_point(point, label=world.any("", "work"))),
    "status": _point(lambda point, world: change_contact_point(point, status=world.any("valid", "bouncing", "bad"))),
    "tag": lambda who, world: tag_stakeholders([who.pk], [world.any("Donor", "New tag", "Board")]),
    "untag": lambda who, world: [untag_stakeholders([who.pk], tag) for tag in who.tags.order_by("pk")[:1]],
    "types": lambda who, world: set_types(who, world.chance.sample(world.types, 2)),
    "role": _chair,
    "leave role": _leave_role,
    "number": lambda who, world: ExternalId.objects.create(stakeholder=who, system="other", value=f"{who.pk}"),
    "no number": lambda who, world: who.external_ids.all().delete(),
    "yes": lambda who, world: give_consent(who, world.any(*world.topics), source="desk", wording="Yes", language="en"),
    "no": lambda who, world: withdraw_consent(who, world.any(*world.topics), source="unsubscribe link"),
    "leave": lambda who, world: leave_all(who),
    "bounce": _emails(lambda address: note_hard_bounce(address, source="campaign:1")),
    "complain": _emails(lambda address: suppress(address, reason="complaint", source="provider")),
    "open": _emails(lambda address: Suppression.objects.filter(address=address).delete()),
    "cancel": _seat(
        lambda seat, world: seat.state in ("registered", "waitlisted") and cancel_registration(seat, tell=False)
    ),
    "merge": _merge,
}
"""What may happen to somebody between the import and the day it is taken back."""


def do(deeds: list[str], world: World) -> None:
    """Each deed to somebody, known or new."""
    for deed in deeds:
        people = Stakeholder.objects.order_by("pk")
        DEEDS[deed](world.chance.choice(list(people)), world)
