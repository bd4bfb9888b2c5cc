"""The nouns of contacts, one file a family."""

from contacts.identity.models import DuplicateCandidate, Sketch, StakeholderMerge
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportDecision, ImportRow, ImportRun, Partner
from contacts.models.consent import Consent, ConsentEvent, JoinRequest, Suppression
from contacts.models.stakeholders import Affiliation, ContactPoint, ExternalId, Stakeholder, Tagging, Typing
from contacts.models.taxonomy import CustomField, StakeholderType, Tag, Topic
from contacts.segments.models import Segment

__all__ = [
    "Affiliation",
    "Consent",
    "ConsentEvent",
    "ContactPoint",
    "CustomField",
    "DuplicateCandidate",
    "ExternalId",
    "ImportDecision",
    "ImportRow",
    "ImportRun",
    "JoinRequest",
    "Partner",
    "PartnerFeed",
    "Segment",
    "Sketch",
    "Stakeholder",
    "StakeholderMerge",
    "StakeholderType",
    "Suppression",
    "Tag",
    "Tagging",
    "Topic",
    "Typing",
]
