"""Our message as a mail server knows it, and the standard form of a report about it (RFC 3464)."""

from dataclasses import dataclass

DATE = "Sun, 15 Nov 2026 10:00:00 +0000"


@dataclass(frozen=True)
class Sent:
    """What a mail server knows of our message: its return address (empty: none of its own), its name and its way."""

    return_address: str
    message_id: str
    to: str = "p0@example.org"

    @property
    def back_to(self) -> str:
        """Where its report goes."""
        return self.return_address or "hello@example.org"

    @property
    def head(self) -> str:
        """The headers of our message as they arrived there."""
        return (
            f"Return-Path: <{self.back_to}>\nReceived: from crm.example.org by mx.example.net; {DATE}\n"
            f"From: Leading on Opportunity <hello@example.org>\nTo: {self.to}\nMessage-ID: {self.message_id}\n"
            f"Subject: News for you\nDate: {DATE}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        )

    @property
    def whole(self) -> str:
        """The message itself."""
        return f"{self.head}\nHello,\n\nLeave this list: https://crm.example.org/l/abc\n"


def standard(
    sent: Sent,
    *,
    blocks: str,
    sender: str = "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    notice: str = "I'm sorry to have to inform you that your message could not be delivered.",
    returned: str = "message/rfc822",
    more: str = "Auto-Submitted: auto-replied\n",
    status_type: str = "message/delivery-status",
) -> bytes:
    """A report in the form of RFC 3464 with these blocks about recipients."""
    body = sent.whole if returned == "message/rfc822" else sent.head
    return f"""\
Return-Path: <>
Delivered-To: {sent.back_to}
Date: {DATE}
From: {sender}
To: {sent.back_to}
Subject: {subject}
{more}MIME-Version: 1.0
Message-Id: <20261115100000.4F1@mx.example.net>
Content-Type: multipart/report; report-type=delivery-status; boundary="=_part"

This is a MIME-encapsulated message.

--=_part
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

{notice}

--=_part
Content-Description: Delivery report
Content-Type: {status_type}

Reporting-MTA: dns; mx.example.net
Arrival-Date: {DATE}

{blocks.strip()}

--=_part
Content-Description: Undelivered Message
Content-Type: {returned}

{body}
--=_part--
""".encode()


def block(sent: Sent, *, action: str = "failed", status: str, said: str, to: str = "") -> str:
    """What is said about one recipient."""
    address = to or sent.to
    return f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n"
