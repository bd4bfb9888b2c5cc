"""What must always be true of newsletters and their ledger."""

from django.utils.translation import gettext_lazy as _

from crm.invariants import INVARIANTS, Invariant

PROGRESS = "campaigns:progress"
"""The page of the newsletter that a place names first."""

INVARIANTS.add(
    "ledger-is-the-audience",
    Invariant(
        _("A newsletter has as many messages in its ledger as people were in its audience when it was launched."),
        """SELECT 'newsletter ' || campaign.id FROM campaigns_campaign AS campaign
           LEFT JOIN (SELECT campaign_id, count(*) AS messages FROM campaigns_delivery GROUP BY campaign_id) AS ledger
               ON ledger.campaign_id = campaign.id
           WHERE coalesce(ledger.messages, 0) <> coalesce(campaign.audience_size, 0)""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "one-message-per-address",
    Invariant(
        _("No address has two messages of one newsletter."),
        """SELECT 'newsletter ' || campaign_id FROM campaigns_delivery
           GROUP BY campaign_id, lower(address) HAVING count(*) > 1""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "nobody-gets-it-twice-after-a-merge",
    Invariant(
        _("Nobody got a newsletter at a second address once both addresses were known to be theirs."),
        """SELECT 'newsletter ' || had.campaign_id || ', message ' || CASE WHEN later THEN had.id ELSE lost.id END
           FROM contacts_stakeholdermerge AS merge
           CROSS JOIN LATERAL jsonb_array_elements(merge.kept -> 'journal') AS step
           JOIN campaigns_delivery AS lost ON lost.id = CASE
               WHEN step ->> 'did' = 'changed' AND step ->> 'place' = 'campaigns.Delivery.stakeholder'
               THEN (step ->> 'pk')::bigint END
           JOIN campaigns_delivery AS had ON had.campaign_id = lost.campaign_id
               AND had.stakeholder_id = merge.survivor_id
           CROSS JOIN LATERAL (SELECT had.intent_at > merge.at + interval '1 second' AND lost.sent_at < merge.at
               AS later) AS asked
           WHERE merge.undone_at IS NULL
             AND merge.kept @> '{"journal": [{"did": "changed", "place": "campaigns.Delivery.stakeholder"}]}'
             AND lost.stakeholder_id IS NULL AND lost.state IN ('accepted', 'delivered', 'complained')
             AND had.state IN ('accepted', 'delivered', 'complained')
             AND (later OR lost.intent_at > merge.at + interval '1 second')""",
        PROGRESS,
    ),
)
"""Until then they were two, and each got their own. A message that was let go is found by the journal of the merge."""
INVARIANTS.add(
    "nobody-is-written-to-after-leaving",
    Invariant(
        _("No message was handed over after the person had left the topic, as far as they were one person then."),
        """SELECT 'newsletter ' || delivery.campaign_id || ', message ' || delivery.id
           FROM campaigns_delivery AS delivery
           JOIN campaigns_campaign AS campaign ON campaign.id = delivery.campaign_id
           JOIN LATERAL (SELECT action FROM contacts_consentevent AS said
               WHERE said.stakeholder_id = delivery.stakeholder_id AND said.topic_id = campaign.topic_id
                 AND said.channel = 'email' AND said.at < delivery.intent_at - interval '1 second'
                     - CASE WHEN said.evidence ? 'run' THEN interval '5 minutes' ELSE interval '0' END
               ORDER BY said.at DESC, said.id DESC LIMIT 1) AS latest ON true
           WHERE delivery.intent_at IS NOT NULL AND delivery.state IN ('accepted', 'delivered', 'complained')
             AND latest.action = 'withdrawn'
             AND NOT EXISTS (SELECT FROM contacts_stakeholdermerge AS one
                 WHERE delivery.stakeholder_id IN (one.survivor_id, one.merged_id)
                   AND delivery.intent_at < coalesce(one.undone_at, one.at))""",
        PROGRESS,
    ),
)
"""What a partner's file says is dated when it is read, and counts from when it is saved a little later."""
INVARIANTS.add(
    "nobody-is-written-to-at-a-suppressed-address",
    Invariant(
        _("No message was handed over to an address that must not be mailed, once that was known."),
        """SELECT 'newsletter ' || delivery.campaign_id || ', message ' || delivery.id
           FROM campaigns_delivery AS delivery
           JOIN contacts_suppression AS stop ON stop.fingerprint = delivery.fingerprint AND stop.channel = 'email'
           JOIN contacts_suppressionevent AS made ON made.pgh_obj_id = stop.id AND made.pgh_label = 'insert'
           WHERE delivery.intent_at > made.pgh_created_at + interval '5 minutes'
             AND delivery.state IN ('accepted', 'delivered', 'complained')""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "every-waiting-message-has-a-range",
    Invariant(
        _("Every message that waits is in a range that a worker can still claim, so nothing is forgotten."),
        """SELECT 'newsletter ' || campaign.id FROM campaigns_campaign AS campaign
           JOIN (SELECT campaign_id, count(*) AS messages FROM campaigns_delivery
               WHERE state IN ('queued', 'sending', 'deferred', 'uncertain') GROUP BY campaign_id) AS waiting
               ON waiting.campaign_id = campaign.id
           LEFT JOIN (SELECT chunk.campaign_id, sum(held.messages) AS messages FROM campaigns_chunk AS chunk
               CROSS JOIN LATERAL (SELECT count(*) AS messages FROM campaigns_delivery AS delivery
                   WHERE delivery.id BETWEEN chunk.first_id AND chunk.last_id
                     AND delivery.campaign_id = chunk.campaign_id
                     AND delivery.state IN ('queued', 'sending', 'deferred', 'uncertain')) AS held
               WHERE NOT chunk.done GROUP BY chunk.campaign_id) AS open ON open.campaign_id = campaign.id
           WHERE campaign.state IN ('sending', 'paused') AND waiting.messages > coalesce(open.messages, 0)""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "no-message-in-two-ranges",
    Invariant(
        _("No message is in two ranges, so no two workers ever hold the same one."),
        """SELECT 'newsletter ' || campaign_id || ', range ' || id FROM (
               SELECT id, campaign_id, first_id,
                   max(last_id) OVER (PARTITION BY campaign_id ORDER BY first_id, id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
               FROM campaigns_chunk) AS ranges
           WHERE first_id <= reached""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "on-its-way-means-somebody-holds-it",
    Invariant(
        _("No message is called on its way when no worker has held it for minutes."),
        """SELECT 'newsletter ' || delivery.campaign_id || ', message ' || delivery.id
           FROM campaigns_delivery AS delivery
           WHERE delivery.state = 'sending' AND NOT EXISTS (SELECT FROM campaigns_chunk AS chunk
               WHERE chunk.campaign_id = delivery.campaign_id AND delivery.id BETWEEN chunk.first_id AND chunk.last_id
                 AND NOT chunk.done AND chunk.owner <> '' AND chunk.lease_until > now() - interval '5 minutes')""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "no-message-is-ahead-of-its-range",
    Invariant(
        _("No message was taken by a worker that was never given its range."),
        """SELECT 'newsletter ' || chunk.campaign_id || ', range ' || chunk.id
           FROM campaigns_chunk AS chunk CROSS JOIN LATERAL (
               SELECT max(epoch) AS epoch FROM campaigns_delivery AS delivery
               WHERE delivery.id BETWEEN chunk.first_id AND chunk.last_id
                 AND delivery.campaign_id = chunk.campaign_id) AS ledger
           WHERE ledger.epoch > chunk.epoch""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "put-off-means-until-when",
    Invariant(
        _("Every message that was put off has a time at which it is tried again."),
        """SELECT 'newsletter ' || campaign_id || ', message ' || id FROM campaigns_delivery
           WHERE state = 'deferred' AND next_attempt_at IS NULL""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "sent-means-settled",
    Invariant(
        _("A newsletter that is called sent has no message that still waits."),
        """SELECT DISTINCT 'newsletter ' || campaign.id FROM campaigns_campaign AS campaign
           JOIN campaigns_delivery AS delivery ON delivery.campaign_id = campaign.id
           WHERE campaign.state = 'sent' AND delivery.state IN ('queued', 'sending', 'deferred', 'uncertain')""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "over-means-nothing-waits",
    Invariant(
        _("A newsletter that was cancelled has no message that would still go out, and says when it ended."),
        """SELECT DISTINCT 'newsletter ' || campaign.id FROM campaigns_campaign AS campaign
           LEFT JOIN campaigns_delivery AS delivery ON delivery.campaign_id = campaign.id
               AND delivery.state IN ('queued', 'deferred')
           WHERE campaign.state = 'cancelled' AND (campaign.finished_at IS NULL
               OR (delivery.id IS NOT NULL AND campaign.finished_at < now() - interval '5 minutes'
                   AND NOT EXISTS (SELECT FROM campaigns_chunk AS chunk WHERE chunk.campaign_id = campaign.id
                       AND chunk.lease_until > now() - interval '5 minutes')))""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "accepted-has-a-time",
    Invariant(
        _("Every message that was taken was noted before it left, and has the time at which it was taken."),
        """SELECT 'newsletter ' || campaign_id || ', message ' || id FROM campaigns_delivery
           WHERE state IN ('accepted', 'delivered', 'complained')
             AND (intent_at IS NULL OR sent_at IS NULL OR sent_at < intent_at - interval '1 second')""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "a-draft-has-no-ledger",
    Invariant(
        _("A newsletter that was launched knows when and what it said, and nothing of a draft has left."),
        """SELECT 'newsletter ' || campaign.id FROM campaigns_campaign AS campaign
           WHERE (campaign.state <> 'draft') <> (campaign.launched_at IS NOT NULL)
              OR (campaign.state <> 'draft') <> EXISTS (
                  SELECT FROM campaigns_variant AS variant WHERE variant.campaign_id = campaign.id)""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "messages-belong-to-somebody",
    Invariant(
        _("Every message belongs to a newsletter and a person that are there; after an erasure to no person."),
        """SELECT 'newsletter ' || delivery.campaign_id || ', message ' || delivery.id
           FROM campaigns_delivery AS delivery
           LEFT JOIN campaigns_campaign AS campaign ON campaign.id = delivery.campaign_id
           LEFT JOIN contacts_stakeholder AS person ON person.id = delivery.stakeholder_id
           WHERE campaign.id IS NULL OR (delivery.stakeholder_id IS NOT NULL AND person.id IS NULL)""",
    ),
)
INVARIANTS.add(
    "ranges-know-their-messages",
    Invariant(
        _("The figures shown for newsletters are those of their ledger."),
        """SELECT 'newsletter ' || chunk.campaign_id || ', range ' || chunk.id
           FROM campaigns_chunk AS chunk LEFT JOIN LATERAL (
               SELECT jsonb_object_agg(state, messages) AS counts FROM (
                   SELECT state, count(*) AS messages FROM campaigns_delivery AS delivery
                   WHERE delivery.id BETWEEN chunk.first_id AND chunk.last_id
                     AND delivery.campaign_id = chunk.campaign_id GROUP BY state) AS each) AS ledger ON true
           WHERE chunk.counted AND chunk.counts <> coalesce(ledger.counts, '{}')""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "a-correction-goes-to-those-who-got-the-wrong-one",
    Invariant(
        _("A correction goes to nobody who cannot have got what it corrects, as far as they were one person then."),
        """SELECT 'newsletter ' || delivery.campaign_id || ', message ' || delivery.id
           FROM campaigns_delivery AS delivery
           JOIN campaigns_campaign AS campaign ON campaign.id = delivery.campaign_id AND campaign.part = 'got'
           LEFT JOIN campaigns_delivery AS wrong
               ON wrong.stakeholder_id = delivery.stakeholder_id AND wrong.campaign_id = campaign.corrects_id
           WHERE delivery.stakeholder_id IS NOT NULL
             AND (wrong.id IS NULL OR NOT (wrong.sent_at IS NOT NULL
                  OR wrong.state IN ('accepted', 'delivered', 'complained', 'uncertain', 'bounced')
                  OR wrong.reason IN ('given_up', 'never_answered')
                  OR EXISTS (SELECT FROM campaigns_attempt AS note
                      WHERE note.delivery_id = wrong.id AND note.what = 'uncertain')))
             AND NOT EXISTS (SELECT FROM contacts_stakeholdermerge AS one
                 WHERE delivery.stakeholder_id IN (one.survivor_id, one.merged_id))""",
        PROGRESS,
    ),
)
INVARIANTS.add(
    "nobody-gets-both-corrections",
    Invariant(
        _("Nobody got both a correction and the corrected newsletter, as far as they were one person then."),
        """SELECT 'newsletter ' || two.id || ', message ' || other.id FROM campaigns_campaign AS one
           JOIN campaigns_campaign AS two ON two.corrects_id = one.corrects_id AND two.part = 'rest'
           JOIN campaigns_delivery AS delivery ON delivery.campaign_id = one.id
               AND delivery.state IN ('accepted', 'delivered', 'complained')
           JOIN campaigns_delivery AS other ON other.campaign_id = two.id
               AND other.stakeholder_id = delivery.stakeholder_id
               AND other.state IN ('accepted', 'delivered', 'complained')
           WHERE one.part = 'got' AND NOT EXISTS (SELECT FROM contacts_stakeholdermerge AS merge
               WHERE delivery.stakeholder_id IN (merge.survivor_id, merge.merged_id))""",
        PROGRESS,
    ),
)
