"""What a message needs to know about one person: an address as the wire wants it, merge values and links."""

from campaigns.models import Campaign
from campaigns.sending.editions import Personal
from campaigns.sending.intents import Recipient
from campaigns.viewing import view_token, view_url
from contacts.leaving import leave_token, leave_url, one_click_url, preferences_token, preferences_url


class NoSuchAddress(Exception):
    """The address cannot be written in mail at all."""


def wire_address(address: str) -> str:
    """The address with its domain in ASCII letters, as mail servers know it; raises NoSuchAddress."""
    local, at, domain = address.rpartition("@")
    if not local or not at or any(letter in "\r\n\0<> " for letter in address):
        raise NoSuchAddress
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise NoSuchAddress from error


def personal(campaign: Campaign, recipient: Recipient) -> Personal:
    """Values and links of one recipient."""
    leave = leave_token(recipient.stakeholder, campaign.topic_id, origin=f"campaign:{campaign.pk}")
    links = {
        "unsubscribe_url": leave_url(leave),
        "preferences_url": preferences_url(preferences_token(recipient.stakeholder)),
        "browser_url": view_url(view_token(recipient.delivery)),
    }
    return Personal(wire_address(recipient.address), recipient.values | links, one_click_url(leave))
