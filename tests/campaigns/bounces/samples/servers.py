"""Reports of mail servers that anybody runs: Postfix, Exim, qmail, sendmail."""

from tests.campaigns.bounces.samples.form import DATE, Sent, block, standard


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
