"""Look after one's own data by the link from a mail: what to receive, language, name, zip code, types."""

from collections.abc import Collection, Iterable

from django.db import transaction

from contacts.actions.consent import give_consent, withdraw_consent
from contacts.actions.stakeholders import set_types, update_stakeholder
from contacts.actions.suppression import welcome_back
from contacts.identity.current import hold
from contacts.models import Stakeholder, StakeholderType, Topic
from contacts.names import full_name
from crm.history import acting

SOURCE = "preferences page"


@transaction.atomic
def change_preferences(
    stakeholder: Stakeholder,
    *,
    topics: Collection[Topic],
    offered: Iterable[Topic],
    types: Iterable[StakeholderType],
    facts: dict[str, str],
    wording: str,
    wording_language: str,
) -> None:
    """Make `topics` the ones among `offered` that `stakeholder` receives, and keep their new facts.

    `facts` are first_name, last_name, name, language and zip, as far as they were asked. Choosing a topic is
    the owner's own act, so it undoes their own earlier “leave everything”, nothing else.
    """
    stakeholder = hold(stakeholder)
    wanted = {topic.pk for topic in topics}
    words = dict(stakeholder.consents.filter(channel="email").values_list("topic_id", "state"))
    had = {topic for topic, state in words.items() if state == "given"}
    with acting("change_preferences", source=SOURCE):
        for topic in offered:
            if topic.pk in wanted - had:
                give_consent(
                    stakeholder,
                    topic,
                    source=SOURCE,
                    wording=wording,
                    language=wording_language,
                    evidence={"how": "signed link"},
                )
            elif topic.pk in words and topic.pk not in wanted:
                withdraw_consent(stakeholder, topic, source=SOURCE, evidence={"how": "signed link"})
        update_stakeholder(stakeholder, **_named(facts))
        set_types(stakeholder, types)
        if wanted:
            for address in stakeholder.contact_points.emails().values_list("value", flat=True):
                welcome_back(address, source=SOURCE)


def _named(facts: dict[str, str]) -> dict[str, str]:
    """A person's full name follows from its two parts."""
    whole = full_name(facts.get("first_name", ""), facts.get("last_name", ""))
    return {**facts, "name": whole} if whole else facts
