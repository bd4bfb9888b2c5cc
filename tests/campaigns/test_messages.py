"""Messages: what stands in them, and that nobody's name can break one."""

import email
import email.policy
import re

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from campaigns.models import Campaign, Variant
from campaigns.sending.writing.editions import Edition, Personal, compile_edition
from campaigns.sending.writing.parts import compile_parts
from contacts.models import Topic
from crm.models import Organisation
from tests.campaigns.ledger import launched, work

HTML = '<p>Hello {{ first_name|friend }}</p>\n.\n..dots\n<a href="{{ unsubscribe_url }}">Leave</a>' + "x" * 300
TEXT = "Hello {{ first_name|friend }}!\n.\n.hidden\n{{ unsubscribe_url }}"


def edition(subject: str = "News for {{ first_name|friend }}", html: str = HTML, text: str = TEXT) -> Edition:
    """A compiled edition that no database knows."""
    topic = Topic(pk=1, slug="newsletter", name_en="Newsletter")
    campaign = Campaign(pk=7, name="Test", topic=topic)
    variant = Variant(pk=1, language="en", subject=subject, html=html, text=text)
    return compile_edition(campaign, variant, Organisation())


def written(values: dict[str, str], **content: str) -> bytes:
    """The message for one person with these values."""
    links = {"unsubscribe_url": "https://example.org/leave/a.b-c/", "preferences_url": "x", "browser_url": "y"}
    person = Personal("ana@example.org", values | links, "https://example.org/leave/a.b-c/one-click/")
    return edition(**content).write(99, person)


def parsed(data: bytes) -> email.message.EmailMessage:
    """The message as a mail program reads it."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    defects = [*message.defects, *(defect for part in message.walk() for defect in part.defects)]
    assert not defects
    return message


def test_a_message_has_the_headers_that_mail_programs_ask_for():
    message = parsed(written({"first_name": "Ana"}))
    assert message["To"] == "ana@example.org"
    assert message["Subject"] == "News for Ana"
    assert message["List-Unsubscribe"] == "<https://example.org/leave/a.b-c/one-click/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "Newsletter <newsletter.leadingonopportunity.example.org>"
    assert message["X-Campaign"] == "7"
    assert message["Precedence"] == "bulk"
    assert message["Content-Language"] == "en"
    assert message["Message-ID"].startswith("<7.99.")
    assert message["Message-ID"].endswith("@leadingonopportunity.example.org>")
    assert message["Date"]
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_message_id_is_the_same_every_time_and_differs_between_deliveries():
    assert edition().message_id(5) == edition().message_id(5)
    assert edition().message_id(5) != edition().message_id(6)


def test_a_person_without_a_name_is_greeted_all_the_same():
    message = parsed(written({"first_name": ""}))
    assert message["Subject"] == "News for friend"
    assert "Hello friend!" in message.get_body(("plain",)).get_content()


def test_values_are_escaped_for_where_they_stand():
    message = parsed(written({"first_name": "<b>Ana</b> & Co"}))
    assert "<p>Hello &lt;b&gt;Ana&lt;/b&gt; &amp; Co</p>" in message.get_body(("html",)).get_content()
    assert "Hello <b>Ana</b> & Co!" in message.get_body(("plain",)).get_content()


def test_lines_that_start_with_a_dot_arrive_as_they_were_written():
    data = written({"first_name": "Ana"})
    assert b"\n." not in data
    text = parsed(data).get_body(("plain",)).get_content()
    assert "\r\n.\r\n.hidden\r\n" in text


def test_a_subject_in_spanish_is_encoded_and_reads_the_same():
    message = parsed(written({"first_name": "Iñaki"}, subject="¿Qué hay, {{ first_name|amiga o amigo }}? ¡Mañana!"))
    assert message["Subject"] == "¿Qué hay, Iñaki? ¡Mañana!"


names = st.text(max_size=1200) | st.sampled_from(
    [
        "a\r\nBcc: all@example.org",
        "\u2028x\u2029",
        "\x00\x0b\x1f",
        "😀" * 400,
        "=?utf-8?q?x?=",
        ".",
        "{{ name }}",
        "é" * 998,
    ]
)


@hypothesis_settings(max_examples=100, deadline=None)
@given(first_name=names, subject=st.text(max_size=200))
def test_no_name_and_no_subject_breaks_a_message(first_name, subject):
    data = written({"first_name": first_name}, subject=subject + " {{ first_name|friend }}")
    message = parsed(data)
    assert len(message.get_all("Subject")) == 1
    assert "Bcc" not in message
    assert sorted(set(message.keys())) == sorted(
        ["From", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "X-Campaign", "Feedback-ID",
         "Content-Language", "MIME-Version", "Content-Type", "To", "Subject", "Message-ID", "Date"]
    )  # fmt: skip
    assert max(map(len, re.split(b"\r\n", data))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")


@hypothesis_settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=400).filter(lambda text: "{{" not in text), name=names)
def test_parts_read_back_as_the_spliced_text(text, name):
    import quopri

    from campaigns.content.merge import splice

    template = f"{text}{{{{ first_name|friend }}}}{text}"
    data = compile_parts(template, "text").join({"first_name": name})
    wanted = splice(template, {"first_name": name}, escape="text")
    wanted = wanted.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    assert quopri.decodestring(data).replace(b"\r\n", b"\n") == wanted + b"\n"
    assert max(map(len, data.split(b"\r\n"))) <= 76


@pytest.mark.parametrize("length", range(70, 80))
def test_a_dot_that_moves_to_a_line_of_its_own_is_no_dot_to_a_mail_server(length):
    import quopri

    for value in ("?" * length + ".", "?" * length + "..", "é" + "?" * length + "."):
        data = compile_parts("{{ first_name|friend }}", "text").join({"first_name": value})
        assert b"\n." not in data
        assert max(map(len, data.split(b"\r\n"))) <= 76
        assert quopri.decodestring(data).decode().strip() == value


@given(name=st.text(alphabet="a.b/-é=", max_size=300))
def test_values_are_safe_on_the_wire_wherever_their_lines_break(name):
    import quopri

    data = compile_parts("{{ first_name|friend }}", "text").join({"first_name": name})
    lines = data.split(b"\r\n")
    assert not any(line.startswith(b".") for line in lines)
    assert max(map(len, lines)) <= 76
    assert quopri.decodestring(data).decode().strip() == (name or "friend")


@pytest.mark.django_db(transaction=True)
def test_the_links_of_a_real_message_open_the_right_pages(mailbox):
    from contacts.leaving import read_leave_token

    campaign = launched(1)
    work()
    received = mailbox.received[0]
    token = re.search(r"/leave/([^/]+)/", received.text)[1]
    link = read_leave_token(token)
    assert (link.topic_id, link.origin) == (campaign.topic_id, f"campaign:{campaign.pk}")
    assert f"/leave/{token}/one-click/" in received.message["List-Unsubscribe"]
