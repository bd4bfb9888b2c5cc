"""What large mail houses report: Microsoft, Google, Yahoo, Amazon, and complaints."""

from tests.campaigns.bounces.samples.form import DATE, Sent, block, standard


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
