"""The verbs of contacts: everything that writes to the book goes through one of these.

| file | what can be done |
|---|---|
| `stakeholders` | put somebody in the book, change them, find them again, tag them |
| `own` | fill, change and empty fields of our own |
| `addresses` | add, choose and take away addresses and numbers |
| `consent` | say yes, say no, leave everything |
| `suppression` | stop mailing an address, and allow it again |
| `joining` | ask to join, confirm it, forget who never confirmed |
| `leaving` | leave a list or everything by one's own link, and come back |
| `preferences` | look after one's own data by the link from a mail |
| `letters` | the single mails of all this |
| `privacy` | give somebody everything we know about them, or forget them |
| `taxonomy` | the types and topics every house starts with; fields of our own |
"""

from contacts.actions.addresses import add_contact_point, add_email, add_phone, make_primary, remove_contact_point
from contacts.actions.consent import give_consent, leave_everything, undo_withdrawal, withdraw_consent
from contacts.actions.joining import ask_to_join, confirm_join, forget_old_requests
from contacts.actions.leaving import come_back, leave_all, leave_list
from contacts.actions.letters import send_preferences_link, send_privacy_request
from contacts.actions.own import set_own_values
from contacts.actions.preferences import change_preferences
from contacts.actions.privacy import erase_person, export_person
from contacts.actions.stakeholders import (
    affiliate,
    create_stakeholder,
    find_or_create_person,
    find_person,
    refresh_search,
    set_types,
    tag_stakeholders,
    untag_stakeholders,
    update_stakeholder,
)
from contacts.actions.suppression import lift_suppression, suppress, welcome_back
from contacts.actions.taxonomy import make_own_field, seed_taxonomy

__all__ = [
    "add_contact_point",
    "add_email",
    "add_phone",
    "affiliate",
    "ask_to_join",
    "change_preferences",
    "come_back",
    "confirm_join",
    "create_stakeholder",
    "erase_person",
    "export_person",
    "find_or_create_person",
    "find_person",
    "forget_old_requests",
    "give_consent",
    "leave_all",
    "leave_everything",
    "leave_list",
    "lift_suppression",
    "make_own_field",
    "make_primary",
    "refresh_search",
    "remove_contact_point",
    "seed_taxonomy",
    "send_preferences_link",
    "send_privacy_request",
    "set_own_values",
    "set_types",
    "suppress",
    "tag_stakeholders",
    "undo_withdrawal",
    "untag_stakeholders",
    "update_stakeholder",
    "welcome_back",
    "withdraw_consent",
]
