"""The nouns of contacts, one file a family."""

from contacts.imports.models import ImportRow, ImportRun, Partner
from contacts.models.consent import Consent, ConsentEvent, JoinRequest, Suppression
from contacts.models.stakeholders import Affiliation, ContactPoint, Stakeholder, Tagging, Typing
from contacts.models.taxonomy import StakeholderType, Tag, Topic
from contacts.segments.models import Segment

__all__ = [
    "Affiliation",
    "Consent",
    "ConsentEvent",
    "ContactPoint",
    "ImportRow",
    "ImportRun",
    "JoinRequest",
    "Partner",
    "Segment",
    "Stakeholder",
    "StakeholderType",
    "Suppression",
    "Tag",
    "Tagging",
    "Topic",
    "Typing",
]
