"""People who stand in every relation there is, and a picture of every table to compare."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.utils import timezone
from pghistory.models import Event as HistoryEvent

from campaigns.models import Campaign, Chunk, Delivery
from contacts.actions import add_email, add_phone, give_consent, tag_stakeholders, withdraw_consent
from contacts.actions.addresses import add_contact_point
from contacts.models import (
    Affiliation,
    DuplicateCandidate,
    ExternalId,
    ImportDecision,
    ImportRow,
    ImportRun,
    JoinRequest,
    Partner,
    Sketch,
    StakeholderMerge,
    StakeholderType,
    Topic,
    Typing,
)
from engagement.models import Commitment, Gathering, Participant, Registration
from tests.factories import CampaignFactory, EditionFactory, EventFactory, OrganisationFactory, StakeholderFactory

ROOMS = ("contacts", "engagement", "campaigns")


def picture():
    """Every row of every table of the house, except history and the merges themselves.

    When a person was last changed is no part of it: taking two apart is a change, and whoever asks what changed
    since (the API's `changed_since`) must hear of it.
    """
    shown = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in ROOMS or issubclass(model, HistoryEvent):
            continue
        if model in (StakeholderMerge, Sketch):
            continue
        names = [field.attname for field in model._meta.concrete_fields if field.column]
        names = [name for name in names if not (model._meta.label == "contacts.Consent" and name == "id")]
        names = [name for name in names if not (model._meta.label == "contacts.Stakeholder" and name == "updated_at")]
        rows = model._base_manager.order_by().values(*names)
        shown[model._meta.label] = sorted(repr(sorted(row.items())) for row in rows)
    return shown


def differences(before, after):
    """What one picture shows and the other does not, by table."""
    return {
        label: (sorted(set(before[label]) - set(after[label])), sorted(set(after[label]) - set(before[label])))
        for label in before
        if before[label] != after[label]
    }


class World:
    """Things that people can stand in, the same for all of them, so that they meet."""

    def __init__(self):
        self.houses = [OrganisationFactory(name=name) for name in ("Dove House", "Oak Church")]
        self.topics = list(Topic.objects.order_by("pk")[:3])
        self.types = list(StakeholderType.objects.filter(kind="person").order_by("pk")[:3])
        self.events = [EventFactory(capacity=capacity) for capacity in (None, 50)]
        self.edition = EditionFactory()
        self.tables = [self._table() for _n in range(2)]
        self.campaigns = [CampaignFactory(state=state, audience_size=0) for state in ("sending", "sent")]
        for campaign in self.campaigns:
            Chunk.objects.create(campaign=campaign, first_id=1, last_id=10**12, done=campaign.state == "sent")
        partner = Partner.objects.create(name="Food Bank")
        self.run = ImportRun.objects.create(partner=partner, original_name="a.csv", size=1, state="committed")
        self.lines = 1

    def _table(self):
        return Gathering.objects.create(
            edition=self.edition, host=StakeholderFactory(), held_on=date(2019, 10, 25), zip="28205"
        )

    def line(self):
        """The next line of the file."""
        self.lines += 1
        return self.lines


def somebody(world, chance: random.Random, *, kind="person", full=False):
    """A person (or organisation) in a random lot of relations; in every one when `full`."""

    def some(things, most=3):
        things = list(things)
        return things if full else chance.sample(things, chance.randint(0, min(most, len(things))))

    def maybe():
        return full or chance.random() < 0.5

    person = (OrganisationFactory if kind == "organisation" else StakeholderFactory)(
        zip=chance.choice(["", "28202", "28205"]),
        language=chance.choice(["en", "es"]),
        notes=chance.choice(["", "Likes tamales", "Sings"]),
        source=chance.choice(["", "import 1"]),
        custom={slug: chance.choice(["", "2", "3"]) for slug in some(["district", "shirt"])},
    )
    _reach(person, chance, some)
    _words(person, world, chance, some)
    _belong(person, world, chance, some)
    _files(person, world, maybe)
    _take_part(person, world, chance, some, maybe)
    return person


def _reach(person, chance, some):
    for address in some(["ana@example.org", "home@example.org", "work@example.org"]):
        point = add_email(person, address, label=chance.choice(["", "work"]))
        point.status = chance.choice(["valid", "valid", "bouncing", "bad"])
        point.verified_at = chance.choice([None, datetime(2024, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)])
        point.save()
    for number in some(["704-555-0142", "704-555-0143"]):
        add_phone(person, number)
    if some([1]):
        add_contact_point(person, "postal", "1 Tryon St, Charlotte")
    for value in some(["salesforce", "mailchimp"]):
        ExternalId.objects.create(stakeholder=person, system=value, value=f"x{person.pk}")


def _words(person, world, chance, some):
    for topic in some(world.topics):
        for _n in range(chance.randint(1, 2)):
            if chance.random() < 0.5:
                give_consent(person, topic, source="form", wording="Yes", language="en")
            else:
                withdraw_consent(person, topic, source="link")
    for email in some(["ana@example.org", "new@example.org"]):
        JoinRequest.objects.create(email=email, wording="Yes", stakeholder=person)


def _belong(person, world, chance, some):
    for kind in some(world.types):
        Typing.objects.get_or_create(stakeholder=person, type=kind)
    tag_stakeholders([person.pk], some(["Host", "Donor", "Speaker"]))
    for role in some(["", "Director"]):
        for house in some(world.houses):
            started = chance.choice([None, date(2020, 1, 1), date(2021, 1, 1)])
            facts = {"role": role, "started_on": started, "ended_on": chance.choice([None, date(2024, 1, 1)])}
            if person.kind == "person":
                Affiliation.objects.create(person=person, organisation=house, **facts)
            else:
                Affiliation.objects.create(person=world.tables[0].host, organisation=person, **facts)
                break


def _files(person, world, maybe):
    if maybe():
        line = world.line()
        ImportRow.objects.create(run=world.run, line=line, outcome="created", stakeholder=person, cells=["x"])
        ImportDecision.objects.create(run=world.run, line=line, choice="person", stakeholder=person)
    if maybe():
        other = world.tables[1].host
        one, two = sorted((other, person), key=lambda one: one.pk)
        DuplicateCandidate.objects.get_or_create(one=one, other=two, defaults={"score": 80, "reasons": ["name"]})
        Sketch.objects.create(stakeholder=person, digest=UUID(int=person.pk), facts="", keys=[])
    if maybe():
        StakeholderMerge.objects.create(survivor=person, merged_id=10**9 + person.pk, undone_at=timezone.now())


def _take_part(person, world, chance, some, maybe):
    states = ["registered", "waitlisted", "cancelled", "attended", "no_show"]
    for event in some(world.events):
        moment = timezone.now() - timedelta(days=chance.randint(0, 9))
        Registration.objects.create(event=event, stakeholder=person, state=chance.choice(states), registered_at=moment)
    for table in some(world.tables):
        seat = Participant.objects.create(gathering=table, stakeholder=person, zip=chance.choice(["", "28205"]))
        if maybe():
            Commitment.objects.create(gathering=table, participant=seat, text="Call the school")
    if maybe():
        Gathering.objects.create(edition=world.edition, host=person, held_on=date(2019, 10, 24), zip="28205")
    for campaign in some(world.campaigns):
        waits = campaign.state == "sending" and chance.random() < 0.5
        Delivery.objects.create(
            campaign=campaign,
            stakeholder=person,
            address=f"p{person.pk}@example.org",
            fingerprint="f" * 32,
            state="queued" if waits else "accepted",
        )
        Campaign.objects.filter(pk=campaign.pk).update(audience_size=campaign.deliveries.count())
