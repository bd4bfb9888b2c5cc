"""The nouns of the ground floor."""

from crm.models.exports import Export
from crm.models.findings import Finding
from crm.models.jobs import Job
from crm.models.organisation import Organisation
from crm.models.outbox import OutboxAttachment, OutboxMail
from crm.models.users import User, UserRole

__all__ = ["Export", "Finding", "Job", "Organisation", "OutboxAttachment", "OutboxMail", "User", "UserRole"]
