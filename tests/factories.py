"""People, events and mailings invented for tests, one factory a noun."""

from typing import Any

import factory

from contacts.models import ContactPoint, Stakeholder, Tag


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
