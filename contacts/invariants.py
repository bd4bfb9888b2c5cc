"""What must always be true of people and what they agreed to."""

from django.utils.translation import gettext_lazy as _

from contacts.imports.lines import SECOND_PERSON
from crm.invariants import INVARIANTS, Invariant

PERSON, FILE = "admin:contacts_stakeholder_change", "admin:contacts_importrun_change"

INVARIANTS.add(
    "consent-is-the-latest-word",
    Invariant(
        _("What the book says somebody agreed to is the latest thing they said."),
        """SELECT 'stakeholder ' || latest.stakeholder_id || ', topic ' || latest.topic_id
           FROM (SELECT DISTINCT ON (stakeholder_id, topic_id, channel) stakeholder_id, topic_id, channel, action
                 FROM contacts_consentevent ORDER BY stakeholder_id, topic_id, channel, at DESC, id DESC) AS latest
           FULL JOIN contacts_consent AS known USING (stakeholder_id, topic_id, channel)
           WHERE known.state IS DISTINCT FROM latest.action""",
        PERSON,
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
INVARIANTS.add(
    "every-row-of-a-file-is-accounted-for",
    Invariant(
        _("New, changed, unchanged, rejected and unclear rows of a saved file add up to the rows it has."),
        f"""SELECT 'file ' || run.id FROM contacts_importrun AS run LEFT JOIN LATERAL (
                SELECT count(*) AS rows, count(*) FILTER (WHERE outcome = '') AS open
                FROM contacts_importrow WHERE run_id = run.id AND line < {SECOND_PERSON}) AS kept ON true
            WHERE run.state = 'committed' AND (kept.open > 0 OR kept.rows <> (
                SELECT coalesce(sum(said.value::bigint), 0) FROM jsonb_each_text(run.counts) AS said))""",  # noqa: S608 — only a constant is put in
        FILE,
    ),
)
