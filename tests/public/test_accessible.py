"""What screen readers need on every page: landmarks, one heading that leads, labels, errors tied to their fields."""

import re
from html.parser import HTMLParser

import pytest

from contacts import leaving
from contacts.leaving import Leaving
from contacts.models import JoinRequest

pytestmark = pytest.mark.django_db


class Outline(HTMLParser):
    """The landmarks, headings, fields, labels and ids of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.headings, self.fields, self.labels, self.ids, self.described = [], [], [], [], [], []
        self.buttons_without_words, self._button = 0, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
            self.fields.append(attributes.get("id"))
        if tag == "label":
            self.labels.append(attributes.get("for"))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.described += (attributes.get("aria-describedby") or "").split()
        self.described += (attributes.get("aria-labelledby") or "").split()
        if tag == "button":
            self._button = ""

    def handle_data(self, data):
        if self._button is not None:
            self._button += data

    def handle_endtag(self, tag):
        if tag == "button":
            self.buttons_without_words += not self._button.strip()
            self._button = None


@pytest.fixture
def pages(ana, newsletter, forum):
    """Every page a member may see."""
    asked = JoinRequest.objects.create(email="luis@example.org", first_name="Luis", wording="Yes.")
    left = Leaving(ana.pk, newsletter.pk, [newsletter.pk], "")
    return [
        "/", "/news/", "/strategies/", "/promise/", "/join/", "/join/sent/", "/preferences/", "/preferences/sent/",
        "/leave/nonsense/", "/join/confirm/nonsense/",
        f"/leave/{leaving.leave_token(ana.pk, newsletter.pk)}/",
        f"/leave/{leaving.leave_token(0, newsletter.pk)}/",
        f"/left/{leaving.come_back_token(left)}/",
        f"/preferences/{leaving.preferences_token(ana.pk)}/",
        f"/join/confirm/{leaving.confirm_token(asked.pk)}/",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_has_its_landmarks_and_tidy_headings(client, pages, language):
    for page in pages:
        outline = Outline(client.get(page, headers={"accept-language": language}).content.decode())
        for landmark in ("header", "main", "footer", "nav"):
            assert landmark in outline.tags, f"{page} has no {landmark}"
        assert outline.headings.count(1) == 1, f"{page} has {outline.headings.count(1)} leading headings"
        steps = zip(outline.headings, outline.headings[1:], strict=False)
        assert all(after - before <= 1 for before, after in steps), f"{page} skips a heading: {outline.headings}"


def test_every_field_has_a_label_and_every_reference_its_target(client, pages):
    for page in pages:
        outline = Outline(client.get(page).content.decode())
        assert set(outline.fields) <= set(outline.labels), f"{page}: {set(outline.fields) - set(outline.labels)}"
        assert set(outline.described) <= set(outline.ids), f"{page}: {set(outline.described) - set(outline.ids)}"
        assert len(outline.ids) == len(set(outline.ids)), f"{page} uses an id twice"
        assert not outline.buttons_without_words


def test_mistakes_are_tied_to_their_fields(client, house):
    html = client.post("/join/", {"email": "x", "zip": "1"}).content.decode()
    outline = Outline(html)
    assert {"id_email_error", "id_zip_error", "id_topics_error", "id_first_name_error"} <= set(outline.described)
    assert set(outline.described) <= set(outline.ids)
    assert 'role="alert"' in html
    assert set(re.findall(r'href="#([\w-]+)"', html)) <= set(outline.ids)
