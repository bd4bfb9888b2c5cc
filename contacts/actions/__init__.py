"""The verbs of contacts: everything that writes to the book goes through one of these.

| file | what can be done |
|---|---|
| `stakeholders` | put somebody in the book, change them, find them again, tag them |
| `addresses` | add, choose and take away addresses and numbers |
| `consent` | say yes, say no, leave everything |
| `suppression` | stop mailing an address, and allow it again |
| `taxonomy` | the types and topics every house starts with |
"""

from contacts.actions.addresses import add_contact_point, add_email, add_phone, make_primary, remove_contact_point
from contacts.actions.consent import give_consent, leave_everything, undo_withdrawal, withdraw_consent
from contacts.actions.stakeholders import (
    affiliate,
    create_stakeholder,
    find_or_create_person,
    refresh_search,
    set_types,
    tag_stakeholders,
    untag_stakeholders,
    update_stakeholder,
)
from contacts.actions.suppression import lift_suppression, suppress, welcome_back
from contacts.actions.taxonomy import seed_taxonomy

__all__ = [
    "add_contact_point",
    "add_email",
    "add_phone",
    "affiliate",
    "create_stakeholder",
    "find_or_create_person",
    "give_consent",
    "leave_everything",
    "lift_suppression",
    "make_primary",
    "refresh_search",
    "remove_contact_point",
    "seed_taxonomy",
    "set_types",
    "suppress",
    "tag_stakeholders",
    "undo_withdrawal",
    "untag_stakeholders",
    "update_stakeholder",
    "welcome_back",
    "withdraw_consent",
]
