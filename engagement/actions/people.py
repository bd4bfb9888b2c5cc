"""Finding or making the person that a verb of engagement is about."""

from contacts.actions import create_stakeholder, find_or_create_person
from contacts.models import Stakeholder


def person_for(
    *, email: str = "", first_name: str, last_name: str = "", zip: str = "", language: str, source: str, by=None
) -> Stakeholder:
    """The person of this address and name; without an address somebody new, for names alone are not known apart."""
    facts = {"language": language, "zip": zip, "source": source, "by": by}
    if email:
        return find_or_create_person(email, first_name, last_name, **facts)[0]
    return create_stakeholder(first_name=first_name, last_name=last_name, **facts)
