"""Which sort of mail it is: a report, a complaint, an automatic answer, a letter."""

import re
from email.message import Message

from campaigns.bounces.reading.opened import header, inner

MACHINES = re.compile(
    r"(?:^|<|\s|\")(?:mailer[-_.]?daemon|postmaster|mail[-_.]?daemon|mailerdaemon|mdaemon|"
    r"microsoftexchange[0-9a-f]{16,})@",
    re.IGNORECASE,
)
AWAY = re.compile(
    r"^\W*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|away from|on vacation|"
    r"vacation|abwesen|automatische antwort|respuesta autom|fuera de (?:la )?oficina|réponse automatique)",
    re.IGNORECASE,
)
READ_RECEIPT = "message/disposition-notification"


def from_a_machine(message: Message) -> bool:
    """Whether a mail server wrote it: it has no sender to answer to, or calls itself one."""
    return has_no_sender(message) or bool(MACHINES.search(header(message, "Return-Path"))) or calls_itself_one(message)


def has_no_sender(message: Message) -> bool:
    """Whether nobody may answer to it (RFC 5321): so mail servers report."""
    return header(message, "Return-Path").replace(" ", "") == "<>"


def calls_itself_one(message: Message) -> bool:
    """Whether its From is the name of a mail server."""
    return bool(MACHINES.search(header(message, "From")))


def is_automatic(message: Message) -> bool:
    """Whether it answers by itself (RFC 3834, and what programs wrote before there was one)."""
    if header(message, "Auto-Submitted").lower().startswith("auto-replied"):
        return True
    if header(message, "X-Autoreply") or header(message, "X-Autorespond"):
        return True
    if header(message, "Precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    if any(part.get_content_type() == READ_RECEIPT for part in inner(message)[:5]):
        return True
    return bool(AWAY.search(header(message, "Subject")))
