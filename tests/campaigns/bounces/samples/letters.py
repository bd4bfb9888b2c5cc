"""What is no report: an automatic answer, what people write."""

from tests.campaigns.bounces.samples.form import DATE, Sent
from tests.campaigns.bounces.samples.servers import postfix


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
