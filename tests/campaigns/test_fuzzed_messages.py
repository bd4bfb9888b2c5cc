"""Whatever names, subjects, senders and contents hold, the mail that arrives says just that and nothing more."""

import email
import email.policy
import os
import re
from dataclasses import dataclass, field, fields
from email.errors import NonASCIILocalPartDefect
from email.header import decode_header, make_header
from email.message import EmailMessage
from html import escape

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from campaigns.content.tokens import Tokens
from campaigns.models import Campaign, Delivery, Variant
from campaigns.sending.smtp.transport import SmtpTransport
from campaigns.sending.writing.editions import Personal, compile_edition
from campaigns.sending.writing.headers import NoSuchAddress, wire_address
from contacts.models import Stakeholder, Topic
from crm.models import Organisation
from crm.transport import Message, Verdict
from tests.campaigns.ledger import launched, states, work
from tests.smtp import Mailbox, Received

LONG = os.environ.get("FAULTS") == "long"
MESSAGES = 10_000 if LONG else 200
HEADERS = [
    "From",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Precedence",
    "X-Campaign",
    "Feedback-ID",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "To",
    "Subject",
    "Message-ID",
    "Date",
]
ODD = (
    "\r\nBcc: all@example.org\r\n\r\n<h1>x</h1>",
    "\rBcc: all@example.org",
    "\nX-Own: yes",
    *("\r", "\n", "\r\n", "\r\n\r\n", "\u2028", "\u2029", "\x85", "\x00", "\x0b", "\x0c", "\x1c", "\x1f", "\x7f"),
    *("\r\n.\r\n", "\n.\n..\n...", ".", "..", "." * 90, "\r\n.\r\nMAIL FROM:<x@example.org>\r\n"),
    *("=?utf-8?q?x=0D=0ABcc:_all?=", "=?utf-8?b?eA==?=", "=?utf-8?", "?=", "=?", "=", "=0D=0A", "=\r\n", "=3D"),
    *("{{ first_name|x }}", "{{ name }}", "{{", "}}", "{{ url:zip }}", "{{ braces }}", "*|FNAME|*", "%s", "{0}"),
    *("<script>alert(1)</script>", "</mj-text>", "<!--", "&amp;", '"', "'", "\\", '\\"', "<", ">", "@", ",", ";", ":"),
    *("(", ")", "[", "]", "\t", "  ", " ", "\u00a0", "\u3000", "\ufeff", "\u200b", "\u200d"),
    *("\u200f", "\u200e", "\u202e", "\u202c", "\u2066", "\u2069", "שלום", "مرحبا", "e\u0301", "n\u0303" * 40, "Z͑ͫ̓a"),
    *("😀", "👩‍👩‍👧‍👦", "🇲🇽", "Ñandú", "¿Qué hay?", "desoxirribonucleótido", "electroencefalografista" * 50),
    *("From ", "--", "--=_", "\r\n--=_x--", "To: x", "Subject:", "begin 644 x", "utf-8''x"),
)
letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
repeated = st.builds(lambda letter, count: letter * count, st.sampled_from("aZé😀.=_ -\u0301?<"), st.integers(60, 1100))
nasty = st.lists(letters | st.sampled_from(ODD) | repeated, max_size=6).map("".join)
atoms = st.text(st.sampled_from("abz09!#$%&'*+-/=?^_`{|}~ñéж好"), min_size=1, max_size=20)
local_parts = st.lists(atoms, min_size=1, max_size=3).map(".".join)
labels = st.sampled_from(["example", "correo", "xn--espaol-zwa", "español", "MÜNCHEN", "例え", "a-b", "a" * 63])
domains = st.builds(lambda some, end: ".".join([*some, end]), st.lists(labels, min_size=1, max_size=3), st.just("org"))
addresses = st.builds("{}@{}".format, local_parts, domains)


def clean(text: str) -> str:
    """What is left of a value in one line: breaks, controls and marks that turn the direction are blanks."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", text).strip()


def lines(text: str) -> str:
    """The text with every line break written the same way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(repr=False)
class Written:
    """What goes into one message."""

    name: str = "Ana"
    before: str = ""
    after: str = ""
    sender_name: str = "Leading on Opportunity"
    sender: str = "hello@example.org"
    address: str = "ana@example.org"
    topic: str = "Newsletter"
    links: dict[str, str] = field(default_factory=lambda: {"unsubscribe_url": "https://example.org/leave/a.b-c/"})

    def __repr__(self) -> str:
        values = [f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.name != "links"]
        return f"Written({', '.join(values)})"[:2000]

    def said(self, name: str) -> str:
        """The words around somebody's name."""
        return f"{lines(self.before)}{name if self.name else 'friend'}{lines(self.after)}"

    @property
    def frozen(self) -> str:
        """The same as it is kept in a variant."""
        whole = Tokens("en")
        return f"{whole.reveal(self.before)}{{{{ first_name|friend }}}}{whole.reveal(self.after)}"

    def message(self) -> Message:
        """The ready message."""
        house = Organisation(sender_name=self.sender_name, sender_email=self.sender)
        campaign = Campaign(pk=7, name="Test", topic=Topic(pk=1, slug="newsletter", name_en=self.topic))
        variant = Variant(pk=1, language="en", subject=self.frozen, html=self.frozen, text=self.frozen)
        edition = compile_edition(campaign, variant, house)
        to = wire_address(self.address)
        person = Personal(to, {"first_name": self.name} | self.links, "https://example.org/leave/a.b-c/one-click/")
        return Message(99, edition.sender, to, edition.write(99, person), wire_safe=True)


def read(raw: bytes) -> EmailMessage:
    """The message as a mail program reads it, without a single defect."""
    # Letters outside ASCII stand in headers only where the address itself has them (RFC 6532): then they are UTF-8,
    # and the standard library calls each such address a defect.
    message = email.message_from_string(raw.decode(), policy=email.policy.default)
    if raw.isascii():
        message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        assert not part.defects
        found = [defect for value in part.values() for defect in value.defects]
        assert raw.isascii() or all(isinstance(defect, NonASCIILocalPartDefect) for defect in found)
        assert not (raw.isascii() and found)
    return message


def named(message: EmailMessage, header: str) -> tuple[str, str]:
    """The name and the address in a header that has one of each."""
    (address,) = message[header].addresses
    # In a name of several encoded words, Python 3.11 shows the blanks between them, which mean nothing (RFC 2047).
    whole = str(make_header(decode_header(dict(message.raw_items())[header])))
    name = (
        whole.removesuffix(f"<{address.addr_spec}>").rstrip(" ")
        if "=?utf-8?" in dict(message.raw_items())[header]
        else address.display_name
    )
    return name, address.addr_spec


def check_lines(raw: bytes) -> None:
    """No line is longer than the standards allow, and all end as mail wants them."""
    rest = raw.replace(b"\r\n", b"")
    assert b"\n" not in rest
    assert b"\r" not in rest
    assert b"\0" not in rest
    head, _blank, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    for line in head.split(b"\r\n"):
        assert len(line) <= (76 if b"=?utf-8?" in line else 78 if b" " in line.partition(b": ")[2] else 998)


def check(written: Written, sent: Message, received: Received) -> None:
    """What arrived is what was written."""
    assert received.raw == sent.data
    check_lines(received.raw)
    message = read(received.raw)
    name = clean(written.name)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["Subject"] == clean(written.said(name))
    assert named(message, "From") == (clean(written.sender_name), received.sender)
    assert named(message, "To") == ("", wire_address(written.address))
    assert received.recipients == [wire_address(written.address)]
    text, html = message.iter_parts()
    assert lines(text.get_content()) == written.said(name) + "\n"
    assert lines(html.get_content()) == written.said(escape(name)) + "\n"


@pytest.mark.fault
@hypothesis_settings(
    max_examples=MESSAGES,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # what fails is read as it is: making it smaller takes many minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    written=st.builds(
        Written,
        name=nasty,
        before=nasty,
        after=nasty,
        sender_name=nasty,
        sender=st.builds("{}@{}".format, st.sampled_from(["hello", "news+es", "o'neil"]), domains),
        address=addresses,
        topic=nasty,
    )
)
def test_whatever_is_written_arrives_and_nothing_else(mailbox: Mailbox, written: Written):
    mailbox.clear()
    mailbox.behave()
    sent = written.message()
    transport = SmtpTransport()
    try:
        ((_message, outcome),) = transport.send([sent])
    finally:
        transport.close()
    assert outcome.verdict == Verdict.ACCEPTED
    (received,) = mailbox.received
    check(written, sent, received)


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("ana@example.org", "ana@example.org"),
        ("josé@correo.example.org", "josé@correo.example.org"),
        ("ana@español.example.org", "ana@xn--espaol-zwa.example.org"),
        ("ana@straße.example.org", "ana@xn--strae-oqa.example.org"),
        ('"a,b"@example.org', '"a,b"@example.org'),
        ("ana@[192.0.2.1]", "ana@[192.0.2.1]"),
    ],
)
def test_an_address_is_written_as_mail_servers_know_it(address, wire):
    assert wire_address(address) == wire


@pytest.mark.parametrize(
    "address",
    [
        *("", "ana", "@example.org", "ana@", "ana@example..org", "ana@-.org\x85", "ana@\u2028.org", "ana@exa mple.org"),
        *("a b@example.org", "a,b@example.org", "a(b)@example.org", "a..b@example.org", '"a" b@example.org'),
        *("ana@example.org>", "<ana@example.org", "ana@example.org\r\nBcc: b@x.org"),
        *("a\u2028b@example.org", "ana\u200f@example.org"),
    ],
)
def test_an_address_that_would_say_something_else_is_refused(address):
    with pytest.raises(NoSuchAddress):
        wire_address(address)


@pytest.mark.django_db(transaction=True)
def test_odd_names_of_people_in_the_book_arrive_as_they_are(mailbox: Mailbox):
    campaign = launched(len(ODD))
    everybody = Delivery.objects.select_related("stakeholder").order_by("pk")
    names = {one.address: odd.replace("\0", "")[:100] for one, odd in zip(everybody, ODD, strict=True)}
    for one in everybody:
        Stakeholder.objects.filter(deliveries=one).update(first_name=names[one.address])
    work()
    assert states(campaign) == {"accepted": len(ODD)}
    for address, name in names.items():
        (received,) = mailbox.to(address)
        check_lines(received.raw)
        assert read(received.raw)["Subject"] == clean(f"News for {name or 'friend'}")
        assert f"Hello {clean(name) if name else 'friend'},\n" in lines(received.text)
