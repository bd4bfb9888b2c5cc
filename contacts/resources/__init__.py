"""What the lists of contacts hold when they are taken along as files."""

from contacts.resources.people import StakeholderResource
from contacts.resources.suppression import SuppressionResource

__all__ = ["StakeholderResource", "SuppressionResource"]
