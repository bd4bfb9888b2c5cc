"""What a message needs to know about one person: an address as the wire wants it, merge values and links."""

from campaigns.models import Campaign
from campaigns.sending.editions import Personal
from campaigns.sending.headers import wire_address
from campaigns.sending.intents import Recipient
from campaigns.viewing import view_token, view_url
from contacts.leaving import leave_token, leave_url, one_click_url, preferences_token, preferences_url


def personal(campaign: Campaign, recipient: Recipient) -> Personal:
    """Values and links of one recipient."""
    leave = leave_token(recipient.stakeholder, campaign.topic_id, origin=f"campaign:{campaign.pk}")
    links = {
        "unsubscribe_url": leave_url(leave),
        "preferences_url": preferences_url(preferences_token(recipient.stakeholder)),
        "browser_url": view_url(view_token(recipient.delivery)),
    }
    return Personal(wire_address(recipient.address), recipient.values | links, one_click_url(leave))
