"""A newsletter as HTML and as plain text, in two languages, whatever people wrote into it."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.content import render as rendering
from campaigns.content.merge import sample_values, splice
from campaigns.content.render import BrokenContent, preview, render
from crm.models import Organisation
from engagement.models import Event
from tests.factories import CampaignFactory, EventFactory, TopicFactory

pytestmark = pytest.mark.django_db

NASTY = "<script>alert(1)</script> </mj-text> & \"quoted\" 'it' \u2028 😀 }} <!-- x"


class Page(HTMLParser):
    """What a reader gets from the HTML: tags, links, pictures, words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        """Keep the words."""
        self.words += data

    def all(self, tag):
        """The attributes of every `tag`."""
        return [attrs for name, attrs in self.tags if name == tag]


def newsletter(*blocks, **fields):
    """An unsaved newsletter with these blocks."""
    return CampaignFactory.build(topic=TopicFactory(), blocks=list(blocks), **fields)


def sent(campaign, language="en", **values):
    """HTML (parsed) and text as one person gets them."""
    rendered = render(campaign, language)
    values = sample_values(language) | values
    return Page(splice(rendered.html, values, escape="html")), splice(rendered.text, values, escape="text")


class TestBlocks:
    """Each block in HTML and in text."""

    def test_a_heading_is_a_heading(self):
        page, text = sent(newsletter({"kind": "heading", "text": "Come {{ first_name }}"}))
        assert page.all("h1")
        assert "Come Maria" in page.words
        assert "Come Maria\n===" in text

    def test_text_has_light_markup_only(self):
        markup = "Be **bold**, *soft*.\nNew line\n\n- one\n- two\n\n# no heading ![x](https://a.org/p.png)"
        page, text = sent(newsletter({"kind": "text", "text": markup}))
        assert page.all("strong")
        assert page.all("em")
        assert len(page.all("li")) == 2
        assert not page.all("h1")
        assert not page.all("img")
        assert "Be *bold*, _soft_.\nNew line\n\n- one\n- two" in text

    def test_links_are_written_out_in_text(self):
        page, text = sent(
            newsletter({"kind": "text", "text": "Read [the report](https://example.org/?z={{ zip }}&a=b)."})
        )
        assert "https://example.org/?z=28205&a=b" in [link["href"] for link in page.all("a")]
        assert "the report (https://example.org/?z=28205&a=b)." in text

    def test_a_picture_carries_its_description(self):
        block = {
            "kind": "image",
            "src": "https://example.org/a.png",
            "alt": 'A "table"',
            "link": "https://example.org/b",
        }
        page, text = sent(newsletter(block))
        (image,) = page.all("img")
        assert (image["src"], image["alt"]) == ("https://example.org/a.png", 'A "table"')
        assert '[A "table"]\nhttps://example.org/b' in text

    def test_a_button_leads_somewhere(self):
        page, text = sent(
            newsletter({"kind": "button", "label": "Save & go", "url": "https://example.org/?a=1&b={{ name }}"})
        )
        assert "https://example.org/?a=1&b=Maria%20Gonzalez" in [link["href"] for link in page.all("a")]
        assert "Save & go:\nhttps://example.org/?a=1&b=Maria%20Gonzalez" in text

    def test_a_divider_is_a_line(self):
        _page, text = sent(newsletter({"kind": "divider"}))
        assert "\n----------------------------------------\n" in text

    def test_an_event_card_reads_the_calendar(self):
        event = EventFactory(
            starts_at=datetime(2026, 12, 6, 1, 0, tzinfo=UTC),
            ends_at=datetime(2026, 12, 6, 3, 0, tzinfo=UTC),
            venue="Library",
        )
        campaign = newsletter({"kind": "event", "event": event.pk})
        page, text = sent(campaign)
        spanish, texto = sent(campaign, "es")
        assert "Saturday, December 5, 2026, 8 p.m. – 10 p.m.\nLibrary\n" in text
        assert "Race and Poverty Workshop" in page.words
        assert "sábado, 5 de diciembre de 2026" in texto
        assert "Taller sobre raza y pobreza" in spanish.words
        assert any(str(link["href"]).endswith(f"/events/{event.slug}/") for link in page.all("a"))

    def test_a_called_off_event_says_so(self):
        event = EventFactory(state=Event.State.CANCELLED)
        _page, text = sent(newsletter({"kind": "event", "event": event.pk}))
        assert "called off" in text


class TestFrame:
    """What stands around the blocks of every newsletter."""

    def test_the_foot_says_who_why_and_how_to_leave(self):
        Organisation.objects.update_or_create(pk=1, defaults={"postal_address": "1 Main St\nCharlotte & Co"})
        values = {
            "unsubscribe_url": "https://x.org/leave",
            "preferences_url": "https://x.org/choose",
            "browser_url": "https://x.org/see",
        }
        page, text = sent(newsletter(), **values)
        links = [link["href"] for link in page.all("a")]
        for url in values.values():
            assert url in links
            assert url in text
        assert "1 Main St · Charlotte & Co" in page.words
        assert "1 Main St\nCharlotte & Co" in text
        assert "because you asked for “Newsletter” from Leading on" in text

    def test_spanish_readers_have_spanish_words(self):
        page, text = sent(newsletter(), "es")
        assert page.all("html")[0]["lang"] == "es"
        assert "Salir de esta lista" in page.words
        assert "pidió “Boletín”" in text

    def test_subject_and_preview_line_fall_back_to_english(self):
        campaign = newsletter(subject="Hi {{ first_name }}", subject_es="Hola {{ first_name }}", preheader="Soon <b>")
        assert splice(render(campaign, "es").subject, {"first_name": "Ana"}, escape="header") == "Hola Ana"
        assert splice(render(campaign, "en").subject, {}, escape="header") == "Hi friend"
        assert "Soon &lt;b&gt;" in render(campaign, "es").html

    def test_layout_tables_are_silent_and_dark_mode_is_declared(self):
        html = render(newsletter({"kind": "divider"}), "en").html
        assert all(table.get("role") == "presentation" for table in Page(html).all("table"))
        assert "prefers-color-scheme: dark" in html

    def test_lines_of_text_are_short(self):
        _page, text = sent(newsletter({"kind": "text", "text": "word " * 200}, {"kind": "heading", "text": "w " * 90}))
        assert max(map(len, text.splitlines())) <= 76

    def test_a_long_mail_is_known_to_be_cut(self):
        blocks = [{"kind": "text", "text": "word " * 3900}] * 6
        assert render(newsletter(*blocks), "en").is_clipped
        assert not render(newsletter(), "en").is_clipped


class TestSafety:
    """Nothing a user wrote becomes code."""

    def test_nasty_text_stays_text_in_every_place(self):
        campaign = newsletter(
            {"kind": "heading", "text": NASTY.replace("}}", "")},
            {"kind": "text", "text": NASTY.replace("}}", "")},
            {"kind": "image", "src": "https://a.org/x.png", "alt": NASTY.replace("}}", "")},
            {"kind": "button", "label": "<b>&", "url": "https://a.org/?q='x'&y=%22"},
            preheader="<i>",
            subject="<u>\u2028{",
        )
        page, text = sent(campaign)
        assert not page.all("script")
        assert page.words.count("alert(1)") == 2
        assert "<script>alert(1)</script> </mj-text>" in text
        assert "\u2028" not in render(campaign, "en").subject

    @pytest.mark.parametrize(
        "text", ["[x](javascript:alert(1))", "<img src=x onerror=alert(1)>", "[x](data:text/html,y)"]
    )
    def test_even_unchecked_markup_is_cleaned(self, text):
        from campaigns.content.markup import to_html
        from campaigns.content.tokens import Tokens

        page = Page(to_html(text, Tokens("en")))
        assert {tag for tag, _attrs in page.tags} <= {"p", "a"}
        assert not any(link.get("href") for link in page.all("a"))

    def test_an_events_title_is_never_a_merge_field(self):
        event = EventFactory(title_en="{{ first_name }} <b> {{ zip|x }}", venue="</td>")
        page, text = sent(newsletter({"kind": "event", "event": event.pk}))
        assert "{{ first_name }} <b> {{ zip|x }}" in page.words
        assert "{{ first_name }} <b> {{ zip|x }}" in text

    def test_what_is_broken_is_not_rendered(self):
        with pytest.raises(BrokenContent, match="Subject: There is no merge field “nme”"):
            render(newsletter(subject="{{ nme }}"), "en")

    def test_a_preview_leaves_broken_blocks_out_and_names_them(self):
        shown = preview(newsletter({"kind": "video"}, {"kind": "heading", "text": "Good"}), "en")
        assert "Good" in shown.html
        assert [problem.index for problem in shown.problems] == [0]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120))
    def test_whatever_staff_type_is_shown_or_refused(self, typed):
        campaign = newsletter({"kind": "heading", "text": typed or "x"}, {"kind": "text", "text": typed or "x"})
        shown = preview(campaign, "en")
        page = Page(shown.html)
        assert {tag for tag, _attrs in page.tags} <= {
            *("html", "head", "title", "meta", "style", "body", "div", "table", "tbody", "tr", "td", "h1", "p"),
            *("a", "br", "strong", "em", "ul", "ol", "li"),
        }


def test_an_event_leads_to_its_public_page():
    event = EventFactory.build(slug="workshop")
    assert rendering.event_url(event).endswith("/events/workshop/")
