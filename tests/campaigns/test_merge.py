"""Merge fields: an allow-list, fallbacks, and values escaped for where they stand."""

import email.policy
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.content.merge import check_merge, compile_template, splice
from campaigns.content.tokens import Tokens

NASTY = [
    "<script>alert(1)</script>",
    "{{ name }}",
    "</mj-text>",
    'Jo "quote" O\'Neil',
    "a\r\nBcc: all@example.org",
    "line\u2028separator",
    "😀 Ñandú",
    "\u202egnp.exe",
]


def frozen(text: str, language: str = "en") -> str:
    """`text` as it is kept in a variant."""
    tokens = Tokens(language)
    return tokens.reveal(tokens.hide(text))


class TestWhatStaffWrite:
    """Only known fields pass; the message says what was meant."""

    @pytest.mark.parametrize(
        "text", ["Hi {{ first_name }}", "{{first_name|dear neighbor}}", "{{ zip | 28202 }}", "1 } 2 {"]
    )
    def test_known_fields_pass(self, text):
        assert check_merge(text) == []

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("{{ firstname }}", "{{ first_name }}"),
            ("{{ FNAME }}", "{{ first_name }}"),
            ("{{ zip code }}", "{{ zip }}"),
            ("{{ unsubscribe }}", "{{ unsubscribe_url }}"),
            ("*|LNAME|*", "{{ last_name }}"),
        ],
    )
    def test_an_unknown_field_is_refused_by_name_with_a_suggestion(self, text, meant):
        (problem,) = check_merge(text)
        assert text.strip("{}*| ") in problem
        assert meant in problem

    def test_a_field_that_resembles_nothing_is_answered_with_the_list(self):
        assert "first_name, last_name, name, zip" in check_merge("{{ wibble }}")[0]

    @pytest.mark.parametrize("text", ["{{ first_name", "first_name }}", "{{ a\nb }}"])
    def test_a_field_without_an_end_is_refused(self, text):
        assert any("not closed" in problem for problem in check_merge(text))

    def test_template_code_is_refused(self):
        assert check_merge("{{ user.password }}")
        assert check_merge("{{ 7*7 }}")

    def test_a_link_field_does_not_fit_into_a_line(self):
        assert "is a link" in check_merge("{{ unsubscribe_url }}", links=False)[0]


class TestSplice:
    """The value, or the fallback, escaped."""

    def test_a_value_goes_in(self):
        assert splice(frozen("Hi {{ first_name|you }}!"), {"first_name": "Ana"}, escape="text") == "Hi Ana!"

    def test_the_fallback_stands_in_for_an_empty_value(self):
        assert splice(frozen("Hi {{ first_name|you }}!"), {"first_name": ""}, escape="text") == "Hi you!"

    def test_a_name_without_a_written_fallback_has_one_in_the_readers_language(self):
        assert splice(frozen("Hola {{ first_name }}", "es"), {}, escape="text") == "Hola amiga o amigo"

    def test_a_fallback_is_escaped_like_a_value(self):
        assert splice(frozen("{{ first_name|<b> }}"), {}, escape="html") == "&lt;b&gt;"

    @pytest.mark.parametrize("value", NASTY)
    def test_a_value_never_becomes_markup(self, value):
        html = splice(frozen('<p title="{{ name }}">{{ name }}</p>'), {"name": value}, escape="html")
        parser = _Tags()
        parser.feed(html)
        assert parser.tags == ["p"]

    @pytest.mark.parametrize("value", NASTY)
    def test_a_value_never_breaks_a_header(self, value):
        subject = splice(frozen("Hi {{ name }}"), {"name": value}, escape="header")
        message = EmailMessage(policy=email.policy.SMTP)
        message["Subject"] = subject
        assert len(subject.splitlines()) == 1
        assert "\nBcc" not in message.as_string()

    @pytest.mark.parametrize("value", NASTY)
    def test_a_value_in_a_link_stays_one_argument(self, value):
        tokens = Tokens("en")
        url = tokens.reveal(tokens.in_url(tokens.hide("https://example.org/?who={{ name }}&x=1")))
        done = splice(url, {"name": value}, escape="html")
        assert urlsplit(done).hostname == "example.org"
        assert list(parse_qs(urlsplit(done).query)) == ["who", "x"]

    def test_values_are_never_read_as_fields(self):
        values = {"name": "{{ zip }}", "zip": "28202"}
        assert splice(frozen("{{ name }}"), values, escape="text") == "{{ zip }}"

    def test_literal_braces_survive(self):
        assert splice(frozen("{{ 7*7 }} and {{{"), {}, escape="text") == "{{ 7*7 }} and {{{"

    def test_text_from_elsewhere_that_looks_like_a_field_is_not_filled(self):
        tokens = Tokens("en")
        assert splice(tokens.reveal("Event {{ first_name|x }}"), {"first_name": "Ana"}, escape="text") == (
            "Event {{ first_name|x }}"
        )

    def test_a_template_is_cut_once(self):
        template = frozen("Hi {{ name }}")
        assert compile_template(template, "html") is compile_template(template, "html")

    @given(before=st.text(), value=st.text(min_size=1), after=st.text())
    def test_any_text_around_any_value_is_kept(self, before, value, after):
        template = Tokens("en").reveal(before) + "{{ name|x }}" + Tokens("en").reveal(after)
        done = splice(template, {"name": value}, escape="html")
        assert done.startswith(before) or "{" in before
        assert done.endswith(after) or "}" in after
        assert len(done) >= len(before) + len(after)

    @given(st.text(max_size=200))
    def test_a_header_value_is_always_one_line(self, value):
        assert len(splice("{{ name }}", {"name": value}, escape="header").splitlines()) <= 1


class _Tags(HTMLParser):
    """Collects the tags a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note a tag."""
        self.tags.append(tag)
