"""What a block may hold, and what is said when it may not."""

import pytest

from campaigns.content.blocks import BLOCKS, check
from engagement.models import Event
from tests.factories import EventFactory

pytestmark = pytest.mark.django_db


def said(*blocks):
    """The problems of `blocks` as sentences."""
    return [str(problem) for problem in check(list(blocks))]


def test_there_are_six_blocks():
    assert BLOCKS.keys() == ["heading", "text", "image", "button", "divider", "event"]


def test_good_blocks_have_no_problems():
    event = EventFactory()
    assert not said(
        {"kind": "heading", "text": {"en": "Hello", "es": "Hola"}, "size": "small"},
        {"kind": "text", "text": "Hi {{ first_name }}, [come](https://example.org/?zip={{ zip }})."},
        {"kind": "image", "src": "https://example.org/a.png", "alt": "A table"},
        {"kind": "button", "label": "Go", "url": "mailto:hello@example.org"},
        {"kind": "divider", "id": "b5"},
        {"kind": "event", "event": event.pk},
    )


@pytest.mark.parametrize("content", [None, {}, "text", 3])
def test_content_that_is_no_list_is_refused(content):
    assert "not a list" in str(check(content)[0])


@pytest.mark.parametrize("raw", [{"kind": "video"}, {}, "text", None, {"kind": ["heading"]}])
def test_an_unknown_kind_is_refused_by_name(raw):
    (problem,) = said(raw)
    assert problem.startswith("Block 1: There is no block")
    assert "heading, text" in problem


def test_an_unknown_field_is_refused_by_name():
    assert "no field “onclick”" in said({"kind": "divider", "onclick": "x"})[0]


def test_the_place_is_named():
    (problem,) = check(
        [{"kind": "divider"}, {"kind": "button", "label": {"en": "Go", "es": "{{ nombre }}"}, "url": "https://a.org"}]
    )
    assert (problem.index, problem.field, problem.language) == (1, "label", "es")
    assert str(problem).startswith("Block 2 (Button): There is no merge field “nombre”")


@pytest.mark.parametrize(
    "url",
    [
        "/join",
        "join.html",
        "www.example.org",
        "//example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "https://",
        "https://exa mple.org",
        'https://example.org/"onx',
        "https://[::1",
        "https://{{ zip }}.example.org/",
        "mailto:nobody",
    ],
)
def test_only_full_web_and_mail_addresses_are_links(url):
    assert said({"kind": "button", "label": "Go", "url": url})
    assert said({"kind": "text", "text": f"[go](<{url}>)"}) or '"' in url


@pytest.mark.parametrize("url", ["https://example.org/a?b=c#d", "http://example.org", "{{ preferences_url }}"])
def test_full_addresses_and_link_fields_pass(url):
    assert not said({"kind": "button", "label": "Go", "url": url}, {"kind": "text", "text": f"[go]({url})"})


def test_an_image_needs_to_be_described():
    assert said({"kind": "image", "src": "https://example.org/a.png"}) == [
        "Block 1 (Picture): Fill in “What the picture shows”."
    ]


def test_an_image_needs_an_address_of_the_web():
    assert "must start with https://" in said({"kind": "image", "src": "mailto:a@example.org", "alt": "x"})[0]


def test_text_in_one_language_is_enough():
    assert not said({"kind": "heading", "text": {"en": "", "es": "Hola"}})
    assert said({"kind": "heading", "text": {"en": " ", "es": ""}})


@pytest.mark.parametrize("text", [3, ["a"], {"fr": "Bonjour"}, {"en": 3}])
def test_what_is_no_text_is_refused(text):
    assert "not text" in said({"kind": "heading", "text": text})[0]


def test_too_long_a_text_is_refused_with_numbers():
    assert "201 characters of at most 200" in said({"kind": "heading", "text": "x" * 201})[0]


def test_invisible_characters_are_refused():
    assert "invisible" in said({"kind": "text", "text": "a\x00b"})[0]


def test_a_choice_is_one_of_the_choices():
    assert "“huge”" in said({"kind": "heading", "text": "x", "size": "huge"})[0]


@pytest.mark.parametrize("event", [None, "", 0, 999_999, "12", True])
def test_an_event_must_exist(event):
    assert said({"kind": "event", "event": event})


def test_a_draft_event_is_not_public_yet():
    event = EventFactory(state=Event.State.DRAFT)
    assert "not public yet" in said({"kind": "event", "event": event.pk})[0]


def test_every_block_describes_itself_to_the_editor():
    for block in BLOCKS:
        described = block.describe()
        assert described["title"]
        assert all(field["widget"] for field in described["fields"])
