"""What must always be true of newsletters and their ledger."""

from django.utils.translation import gettext_lazy as _

from crm.invariants import INVARIANTS, Invariant

INVARIANTS.add(
    "ledger-is-the-audience",
    Invariant(
        _("A newsletter has as many messages in its ledger as people were in its audience when it was launched."),
        """SELECT 'newsletter ' || campaign.id FROM campaigns_campaign AS campaign
           LEFT JOIN (SELECT campaign_id, count(*) AS messages FROM campaigns_delivery GROUP BY campaign_id) AS ledger
               ON ledger.campaign_id = campaign.id
           WHERE coalesce(ledger.messages, 0) <> coalesce(campaign.audience_size, 0)""",
    ),
)
INVARIANTS.add(
    "one-message-per-address",
    Invariant(
        _("No address has two messages of one newsletter."),
        """SELECT 'newsletter ' || campaign_id FROM campaigns_delivery
           GROUP BY campaign_id, lower(address) HAVING count(*) > 1""",
    ),
)
INVARIANTS.add(
    "nobody-is-written-to-after-leaving",
    Invariant(
        _("No message was handed over after the person had left the topic, as far as they were one person then."),
        """SELECT 'message ' || delivery.id FROM campaigns_delivery AS delivery
           JOIN campaigns_campaign AS campaign ON campaign.id = delivery.campaign_id
           JOIN LATERAL (SELECT action FROM contacts_consentevent AS said
               WHERE said.stakeholder_id = delivery.stakeholder_id AND said.topic_id = campaign.topic_id
                 AND said.channel = 'email' AND said.at < delivery.intent_at - interval '1 second'
               ORDER BY said.at DESC, said.id DESC LIMIT 1) AS latest ON true
           WHERE delivery.intent_at IS NOT NULL AND delivery.state IN ('accepted', 'delivered', 'complained')
             AND latest.action = 'withdrawn'
             AND NOT EXISTS (SELECT FROM contacts_stakeholdermerge AS one
                 WHERE delivery.stakeholder_id IN (one.survivor_id, one.merged_id)
                   AND delivery.intent_at < coalesce(one.undone_at, one.at))""",
    ),
)
INVARIANTS.add(
    "every-waiting-message-has-a-range",
    Invariant(
        _("Every message that waits is in a range that a worker can still claim, so nothing is forgotten."),
        """SELECT 'message ' || delivery.id FROM campaigns_delivery AS delivery
           JOIN campaigns_campaign AS campaign ON campaign.id = delivery.campaign_id
           WHERE campaign.state IN ('sending', 'paused')
             AND delivery.state IN ('queued', 'sending', 'deferred', 'uncertain')
             AND NOT EXISTS (SELECT FROM campaigns_chunk AS chunk
                 WHERE chunk.campaign_id = delivery.campaign_id AND NOT chunk.done
                   AND delivery.id BETWEEN chunk.first_id AND chunk.last_id)""",
    ),
)
INVARIANTS.add(
    "sent-means-settled",
    Invariant(
        _("A newsletter that is called sent has no message that still waits."),
        """SELECT DISTINCT 'newsletter ' || campaign.id FROM campaigns_campaign AS campaign
           JOIN campaigns_delivery AS delivery ON delivery.campaign_id = campaign.id
           WHERE campaign.state = 'sent' AND delivery.state IN ('queued', 'sending', 'deferred', 'uncertain')""",
    ),
)
INVARIANTS.add(
    "accepted-has-a-time",
    Invariant(
        _("Every accepted message has an intent that was written down before, and a time."),
        """SELECT 'message ' || id FROM campaigns_delivery
           WHERE state = 'accepted'
             AND (intent_at IS NULL OR sent_at IS NULL OR sent_at < intent_at - interval '1 second')""",
    ),
)
INVARIANTS.add(
    "ranges-know-their-messages",
    Invariant(
        _("What newsletters are said to have come to is what stands in their ledger."),
        """SELECT 'range ' || chunk.id FROM campaigns_chunk AS chunk LEFT JOIN LATERAL (
               SELECT jsonb_object_agg(state, messages) AS counts FROM (
                   SELECT state, count(*) AS messages FROM campaigns_delivery AS delivery
                   WHERE delivery.id BETWEEN chunk.first_id AND chunk.last_id
                     AND delivery.campaign_id = chunk.campaign_id GROUP BY state) AS each) AS ledger ON true
           WHERE chunk.counted AND chunk.counts <> coalesce(ledger.counts, '{}')""",
    ),
)
