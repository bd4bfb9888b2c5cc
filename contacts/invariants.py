"""What must always be true of people and what they agreed to."""

from django.utils.translation import gettext_lazy as _

from crm.invariants import INVARIANTS, Invariant

INVARIANTS.add(
    "consent-is-the-latest-word",
    Invariant(
        _("What the book says somebody agreed to is the latest thing they said."),
        """SELECT 'stakeholder ' || latest.stakeholder_id || ', topic ' || latest.topic_id
           FROM (SELECT DISTINCT ON (stakeholder_id, topic_id, channel) stakeholder_id, topic_id, channel, action
                 FROM contacts_consentevent ORDER BY stakeholder_id, topic_id, channel, at DESC, id DESC) AS latest
           FULL JOIN contacts_consent AS known USING (stakeholder_id, topic_id, channel)
           WHERE known.state IS DISTINCT FROM latest.action""",
    ),
)
INVARIANTS.add(
    "merged-is-not-there",
    Invariant(
        _("Nobody who was merged with somebody else is in the book besides."),
        """SELECT 'merge ' || merge.id FROM contacts_stakeholdermerge AS merge
           JOIN contacts_stakeholder AS person ON person.id = merge.merged_id WHERE merge.undone_at IS NULL""",
    ),
)
