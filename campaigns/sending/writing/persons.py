"""What a message needs to know about one person: an address as the wire wants it, merge values and links."""

from campaigns.models import Campaign
from campaigns.sending.ledger.intents import Recipient
from campaigns.sending.writing.editions import Personal
from campaigns.sending.writing.headers import wire_address
from campaigns.viewing import view_token, view_url
from contacts.leaving import leave_token, leave_url, one_click_url, preferences_token, preferences_url


def personal(campaign: Campaign, recipient: Recipient, uses: frozenset[str]) -> Personal:
    """Values of one recipient, and those of their links that are used."""
    values = recipient.values
    leave = leave_token(recipient.stakeholder, campaign.topic_id, f"campaign:{campaign.pk}")
    if "unsubscribe_url" in uses:
        values["unsubscribe_url"] = leave_url(leave)
    if "preferences_url" in uses:
        values["preferences_url"] = preferences_url(preferences_token(recipient.stakeholder))
    if "browser_url" in uses:
        values["browser_url"] = view_url(view_token(recipient.delivery))
    return Personal(wire_address(recipient.address), values, one_click_url(leave))
