"""Reports as mail servers write them, made for one message of ours: `SAMPLES[name](sent)`.

Each is written in the shape of its kind; names, addresses and numbers are invented.
"""

from collections.abc import Callable
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


def postfix(sent: Sent) -> bytes:
    """Nobody has the address."""
    said = f"550 5.1.1 <{sent.to}>: Recipient address rejected:\n    User unknown in virtual mailbox table"
    blocks = (
        f"Final-Recipient: rfc822; {sent.to}\nOriginal-Recipient: rfc822;{sent.to}\nAction: failed\nStatus: 5.1.1\n"
        f"Remote-MTA: dns; mx1.example.org\nDiagnostic-Code: smtp; {said}"
    )
    notice = f"This is the mail system at host mx.example.net.\n\n<{sent.to}>: host mx1.example.org said: {said}"
    return standard(sent, blocks=blocks, notice=notice)


def postfix_no_domain(sent: Sent) -> bytes:
    """The domain is gone."""
    said = "Host or domain name not found. Name service error for name=example.org type=A: Host not found"
    blocks = f"Final-Recipient: rfc822; {sent.to}\nAction: failed\nStatus: 5.4.4\nDiagnostic-Code: X-Postfix; {said}"
    return standard(sent, blocks=blocks)


def postfix_delayed(sent: Sent) -> bytes:
    """Still trying."""
    blocks = block(sent, action="delayed", status="4.4.1", said="connect to mx1.example.org: Connection timed out")
    return standard(sent, blocks=f"{blocks}Will-Retry-Until: {DATE}", subject="Delayed Mail (still being retried)")


def postfix_gave_up(sent: Sent) -> bytes:
    """It tried for five days."""
    return standard(sent, blocks=block(sent, status="4.4.1", said="connect to mx1.example.org: Connection timed out"))


def exim(sent: Sent) -> bytes:
    """Nobody has the address; the status says nothing, the words do."""
    return standard(
        sent,
        sender="Mail Delivery System <Mailer-Daemon@mx.example.net>",
        subject="Mail delivery failed: returning message to sender",
        more=f"X-Failed-Recipients: {sent.to}\nAuto-Submitted: auto-replied\n",
        notice=(
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not\n"
            f"be delivered to one or more of its recipients.\n\n  {sent.to}\n    host mx1.example.org [192.0.2.1]\n"
            "    SMTP error from remote mail server after RCPT TO:<p0@example.org>:\n    550 No such user here"
        ),
        blocks=block(sent, status="5.0.0", said="550 No such user here"),
    )


def exim_old(sent: Sent) -> bytes:
    """One part, our message quoted under a line."""
    return f"""\
Return-path: <>
Envelope-to: {sent.back_to}
X-Failed-Recipients: {sent.to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: {sent.back_to}
Subject: Mail delivery failed: returning message to sender
Date: {DATE}

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {sent.to}
    SMTP error from remote mail server after RCPT TO:<{sent.to}>:
    host mx1.example.org [192.0.2.1]: 550 5.1.1 unknown user

------ This is a copy of the message, including all the headers. ------

{sent.whole}
""".encode()


def exchange(sent: Sent) -> bytes:
    """Microsoft 365: a sender without a mailbox of its own, words in HTML."""
    said = (
        f"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {sent.to} not found by SMTP address lookup; "
        "[Hostname=DM6PR01MB0001.prod.exchangelabs.com]"
    )
    blocks = f"Final-Recipient: rfc822;{sent.to}\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;{said}"
    sender = "<postmaster@example.onmicrosoft.com>"
    return standard(sent, blocks=blocks, sender=sender, subject="Undeliverable: News for you", more="")


def exchange_unknown_at_the_edge(sent: Sent) -> bytes:
    """Microsoft 365 says so when the address is not in the directory."""
    said = "550 5.4.1 Recipient address rejected: Access denied. [DM6NAM01FT001.eop-nam01.prod.protection.outlook.com]"
    return standard(sent, blocks=block(sent, status="5.4.1", said=said))


def exchange_blocked(sent: Sent) -> bytes:
    """Our network is on their list: not the address's fault."""
    said = (
        "550 5.7.1 Unfortunately, messages from [192.0.2.25] weren't sent. Please contact your Internet service "
        "provider since part of their network is on our block list (S3150)."
    )
    return standard(sent, blocks=block(sent, status="5.7.1", said=said))


def gmail(sent: Sent) -> bytes:
    """Nobody has the address."""
    said = (
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n 550-5.1.1 double-checking "
        "the recipient's email address for typos or\n 550-5.1.1 unnecessary spaces. 550 5.1.1 "
        "https://support.google.com/mail/?p=NoSuchUser d2e1a72fcca58 - gsmtp"
    )
    sender = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    subject = "Delivery Status Notification (Failure)"
    return standard(sent, blocks=block(sent, status="5.1.1", said=said), sender=sender, subject=subject)


def gmail_disabled(sent: Sent) -> bytes:
    """The account is closed."""
    said = "550-5.2.1 The email account that you tried to reach is inactive. Learn more at 550 5.2.1 gsmtp"
    return standard(sent, blocks=block(sent, status="5.2.1", said=said))


def gmail_full(sent: Sent) -> bytes:
    """Too much lies there."""
    said = "552-5.2.2 The email account that you tried to reach is over quota and inactive. 552 5.2.2 gsmtp"
    return standard(sent, blocks=block(sent, status="5.2.2", said=said))


def gmail_policy(sent: Sent) -> bytes:
    """Our mail was not signed well enough."""
    said = "550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy. 550 5.7.26"
    return standard(sent, blocks=block(sent, status="5.7.26", said=said))


def yahoo(sent: Sent) -> bytes:
    """No standard form: words and our message under a line."""
    return f"""\
Return-Path: <>
X-Original-To: {sent.back_to}
From: MAILER-DAEMON@yahoo.com
To: {sent.back_to}
Subject: Failure Notice
Date: {DATE}
Content-Type: text/plain

Sorry, we were unable to deliver your message to the following address.

<{sent.to}>:
554: delivery error: dd This user doesn't have a yahoo.com account ({sent.to}) [0] - mta1.mail.ne1.yahoo.com

--- Below this line is a copy of the message.

{sent.whole}
""".encode()


def yahoo_standard(sent: Sent) -> bytes:
    """What they write today."""
    said = "552 1 Requested mail action aborted, mailbox not found"
    return standard(sent, blocks=block(sent, status="5.0.0", said=said), sender="MAILER-DAEMON@yahoo.com")


def ses(sent: Sent) -> bytes:
    """Amazon: a report in the standard form with a long name of its own."""
    blocks = (
        f"Final-Recipient: RFC822; {sent.to}\nAction: failed\nRemote-MTA: DNS; example.org\nStatus: 5.1.1\n"
        "Diagnostic-Code: SMTP; 550 5.1.1 user unknown"
    )
    sender = "MAILER-DAEMON@amazonses.com"
    return standard(sent, blocks=blocks, sender=sender, subject="Delivery Status Notification (Failure)")


def qmail(sent: Sent) -> bytes:
    """No standard form, since 1996."""
    return f"""\
Return-Path: <>
Delivered-To: {sent.back_to}
Date: {DATE}
From: MAILER-DAEMON@mx.example.net
To: {sent.back_to}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{sent.to}>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 {sent.to}: Recipient address rejected: User unknown
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

{sent.whole}
""".encode()


def sendmail(sent: Sent) -> bytes:
    """Nobody has the address; only headers come back."""
    blocks = (
        f"Final-Recipient: RFC822; {sent.to}\nAction: failed\nStatus: 5.1.1\nRemote-MTA: DNS; mx1.example.org\n"
        f"Diagnostic-Code: SMTP; 550 5.1.1 <{sent.to}>... User unknown\nLast-Attempt-Date: {DATE}"
    )
    notice = f"   ----- The following addresses had permanent fatal errors -----\n<{sent.to}>\n    (reason: 550 5.1.1)"
    sender = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>"
    return standard(sent, blocks=blocks, notice=notice, sender=sender, returned="text/rfc822-headers")


def in_all_letters(sent: Sent) -> bytes:
    """A report for addresses in all letters (RFC 6533)."""
    blocks = f"Final-Recipient: utf-8; {sent.to}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 nadie"
    kind = "message/global-delivery-status"
    return standard(sent, blocks=blocks, status_type=kind, returned="message/global-headers")


def complaint(sent: Sent, kind: str = "abuse", *, redacted: bool = False) -> bytes:
    """Somebody pressed "this is spam" at a provider (RFC 5965)."""
    rcpt = "" if redacted else f"Original-Rcpt-To: {sent.to}\n"
    return f"""\
Return-Path: <feedback@provider.example>
Delivered-To: abuse@example.org
Date: {DATE}
From: Provider Feedback <feedback@provider.example>
To: abuse@example.org
Subject: FW: News for you
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="fb"

--fb
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from 192.0.2.25.

--fb
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider-FBL/1.0
Version: 1
{rcpt}Arrival-Date: {DATE}
Source-IP: 192.0.2.25

--fb
Content-Type: message/rfc822
Content-Disposition: inline

{sent.whole}
--fb--
""".encode()


def vacation(sent: Sent) -> bytes:
    """Somebody is away (RFC 3834)."""
    return f"""\
Return-Path: <>
Delivered-To: {sent.back_to}
From: Ana Ruiz <{sent.to}>
To: {sent.back_to}
Subject: Automatic reply: News for you
Auto-Submitted: auto-replied
In-Reply-To: {sent.message_id}
Date: {DATE}
Content-Type: text/plain; charset=utf-8

I am away until 3 December. The mailbox of my colleague is full, user unknown, 550 5.1.1, as we say here.
""".encode()


def letter(sent: Sent) -> bytes:
    """Somebody answers, and quotes us."""
    return f"""\
Return-Path: <{sent.to}>
Delivered-To: hello@example.org
From: Ana Ruiz <{sent.to}>
To: hello@example.org
Subject: Re: News for you
In-Reply-To: {sent.message_id}
Date: {DATE}
Content-Type: text/plain; charset=utf-8

Thank you! The last one came back with “550 5.1.1 user unknown”, is that still so?

> Message-ID: {sent.message_id}
""".encode()


def forwarded(sent: Sent) -> bytes:
    """Somebody sends us a report that they got, to ask what it is."""
    attached = postfix(sent).decode()
    return f"""\
Return-Path: <{sent.to}>
From: Ana Ruiz <{sent.to}>
To: hello@example.org
Subject: Fwd: what is this?
Date: {DATE}
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="fwd"

--fwd
Content-Type: text/plain

What is this?

--fwd
Content-Type: message/rfc822

{attached}
--fwd--
""".encode()


SAMPLES: dict[str, tuple[Callable[[Sent], bytes], str]] = {
    "Postfix": (postfix, "bounced"),
    "Postfix, domain gone": (postfix_no_domain, "bounced"),
    "Postfix, delayed": (postfix_delayed, "deferred"),
    "Postfix, gave up": (postfix_gave_up, "soft_bounced"),
    "Exim": (exim, "bounced"),
    "Exim, old": (exim_old, "bounced"),
    "Microsoft 365": (exchange, "bounced"),
    "Microsoft 365, unknown": (exchange_unknown_at_the_edge, "bounced"),
    "Microsoft 365, blocked": (exchange_blocked, "failed"),
    "Gmail": (gmail, "bounced"),
    "Gmail, closed": (gmail_disabled, "bounced"),
    "Gmail, full": (gmail_full, "soft_bounced"),
    "Gmail, policy": (gmail_policy, "failed"),
    "Yahoo": (yahoo, "bounced"),
    "Yahoo, standard": (yahoo_standard, "bounced"),
    "Amazon SES": (ses, "bounced"),
    "qmail": (qmail, "bounced"),
    "sendmail": (sendmail, "bounced"),
    "all letters": (in_all_letters, "bounced"),
    "complaint": (complaint, "complained"),
}
"""Each report with what it means for the message."""
