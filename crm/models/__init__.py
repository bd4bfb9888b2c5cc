"""The nouns of the ground floor."""

from crm.models.exports import Export
from crm.models.jobs import Job
from crm.models.organisation import Organisation
from crm.models.outbox import OutboxAttachment, OutboxMail
from crm.models.users import User, UserRole

__all__ = ["Export", "Job", "Organisation", "OutboxAttachment", "OutboxMail", "User", "UserRole"]
