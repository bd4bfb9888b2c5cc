"""One mail, read: what sort it is, which message it is about, and what it says."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum

from campaigns.bounces.places.place import Mail
from campaigns.bounces.reading import dsn, meaning, others
from campaigns.bounces.reading.complaints import complaint, feedback
from campaigns.bounces.reading.dsn import Recipient
from campaigns.bounces.reading.meaning import Meaning
from campaigns.bounces.reading.opened import Unreadable, header, open_mail
from campaigns.bounces.reading.proof import About, about, claims_one
from campaigns.bounces.reading.sorts import calls_itself_one, from_a_machine, has_no_sender, is_automatic

log = logging.getLogger(__name__)


class Sort(StrEnum):
    """What becomes of a mail follows from its sort."""

    REPORT = "report"
    AUTOMATIC = "automatic"
    LETTER = "letter"
    UNPROVEN = "unproven"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail says. A report is about one of our messages; what it means may hang on the address it went to."""

    sort: Sort
    at: datetime
    about: About | None = None
    means: Meaning = Meaning.NOTHING
    recipients: list[Recipient] = field(default_factory=list)

    def meaning(self, address: str) -> Meaning:
        """What it means for the message that went to `address`."""
        return meaning.meaning(self.recipients, address) if self.recipients else self.means

    def reply(self, address: str) -> str:
        """The words of the mail server."""
        return meaning.reply(self.recipients, address)


def read(mail: Mail) -> Reading:
    """What a mail says; whatever is written in it, this answers."""
    try:
        message = open_mail(mail.raw)
        return _read(message, _when(message, mail.came))
    except Unreadable:
        return Reading(Sort.UNREADABLE, mail.came)
    except Exception as error:  # mail is written by anybody: one that breaks a parser must not stop the others
        log.warning("A mail could not be read (%s) and is set aside", type(error).__name__)
        return Reading(Sort.UNREADABLE, mail.came)


def _read(message: Message, at: datetime) -> Reading:
    if fields := feedback(message):
        means = complaint(fields)
        return _report(message, at, means=means) if means is not None else Reading(Sort.UNPROVEN, at)
    if dsn.is_report(message):
        found = dsn.recipients(message) or others.recipients(message)
        return _report(message, at, recipients=found) if found else Reading(Sort.UNREADABLE, at)
    if is_automatic(message) and not calls_itself_one(message):
        return Reading(Sort.AUTOMATIC, at)
    if from_a_machine(message) and (found := others.recipients(message)):
        return _report(message, at, recipients=found)
    if is_automatic(message):
        return Reading(Sort.AUTOMATIC, at)
    return Reading(Sort.UNPROVEN if has_no_sender(message) or claims_one(message) else Sort.LETTER, at)


def _report(
    message: Message, at: datetime, *, means: Meaning | None = None, recipients: list[Recipient] | None = None
) -> Reading:
    """A report with a proof of what it is about; without one nothing is done to anybody."""
    proven = about(message, words=True)
    if proven is None:
        return Reading(Sort.UNPROVEN, at)
    return Reading(Sort.REPORT, at, proven, means or Meaning.NOTHING, recipients or [])


def _when(message: Message, came: datetime) -> datetime:
    """When it was written, the same however often it is read; never later than now."""
    try:
        said = parsedate_to_datetime(header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        said = came
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    try:
        return min(said.astimezone(UTC), datetime.now(UTC))
    except OverflowError:
        return min(came.astimezone(UTC), datetime.now(UTC))
