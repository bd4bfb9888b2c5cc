"""People, events and mailings invented for tests, one factory a noun."""

from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone

from campaigns.models import Campaign
from contacts.models import ContactPoint, Segment, Stakeholder, Tag, Topic
from engagement.models import Edition, Event, Gathering, Prompt, Registration


class StakeholderFactory(factory.django.DjangoModelFactory):
    """A person; pass `email="…"` for one who can be reached."""

    class Meta:
        model = Stakeholder
        skip_postgeneration_save = True

    first_name: Any = factory.Sequence(lambda n: f"First{n}")
    last_name: Any = factory.Sequence(lambda n: f"Last{n}")
    name: Any = factory.LazyAttribute(lambda person: f"{person.first_name} {person.last_name}")

    @factory.post_generation
    def email(self, create, value, **extra):
        """Give the person an address that is their main one."""
        if create and value:
            ContactPointFactory(stakeholder=self, value=value, is_primary=True)


class OrganisationFactory(StakeholderFactory):
    """An organisation."""

    kind = Stakeholder.Kind.ORGANISATION
    first_name = last_name = ""
    name = factory.Sequence(lambda n: f"Organisation {n}")


class ContactPointFactory(factory.django.DjangoModelFactory):
    """An e-mail address of somebody."""

    class Meta:
        model = ContactPoint

    stakeholder = factory.SubFactory(StakeholderFactory)
    value = factory.Sequence(lambda n: f"person{n}@example.org")


class TagFactory(factory.django.DjangoModelFactory):
    """A tag."""

    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"tag {n}")


class TopicFactory(factory.django.DjangoModelFactory):
    """Something one can subscribe to."""

    class Meta:
        model = Topic
        django_get_or_create = ("slug",)

    slug = "newsletter"
    name_en = "Newsletter"
    name_es = "Boletín"


class SegmentFactory(factory.django.DjangoModelFactory):
    """A saved question; everybody, unless `definition` says more."""

    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Segment {n}")
    definition: Any = {"all": []}


class CampaignFactory(factory.django.DjangoModelFactory):
    """A draft newsletter that is ready to be sent."""

    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Newsletter {n}")
    topic = factory.SubFactory(TopicFactory)
    subject = "Come to the table"
    blocks: Any = [{"kind": "text", "text": "Hi {{ first_name|neighbor }}, come and eat with us."}]


class EventFactory(factory.django.DjangoModelFactory):
    """A published workshop of two hours, a week from now."""

    class Meta:
        model = Event

    title_en = "Race and Poverty Workshop"
    title_es = "Taller sobre raza y pobreza"
    slug = factory.Sequence(lambda n: f"workshop-{n}")
    kind = Event.Kind.WORKSHOP
    state = Event.State.PUBLISHED
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    ends_at = factory.LazyAttribute(lambda event: event.starts_at + timedelta(hours=2))


class RegistrationFactory(factory.django.DjangoModelFactory):
    """Somebody's seat at an event."""

    class Meta:
        model = Registration

    event = factory.SubFactory(EventFactory)
    stakeholder = factory.SubFactory(StakeholderFactory)


class EditionFactory(factory.django.DjangoModelFactory):
    """One year of On the Table."""

    class Meta:
        model = Edition
        django_get_or_create = ["year"]

    year = 2019
    theme_en = "Belonging"
    theme_es = "Pertenencia"
    starts_on = date(2019, 10, 1)
    ends_on = date(2019, 10, 31)


class PromptFactory(factory.django.DjangoModelFactory):
    """A question of the guide."""

    class Meta:
        model = Prompt

    edition = factory.SubFactory(EditionFactory)
    text_en = factory.Sequence(lambda n: f"Question {n}?")
    text_es = factory.Sequence(lambda n: f"¿Pregunta {n}?")


class GatheringFactory(factory.django.DjangoModelFactory):
    """A conversation that was logged."""

    class Meta:
        model = Gathering

    edition = factory.SubFactory(EditionFactory)
    host = factory.SubFactory(StakeholderFactory)
    state = Gathering.State.LOGGED
    held_on = date(2019, 10, 25)
    zip = "28205"
