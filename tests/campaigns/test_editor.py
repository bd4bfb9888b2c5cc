"""The back office of newsletters, as staff use it."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Campaign, Variant
from campaigns.sending.ledger.audience import left_out_words
from contacts.models import Stakeholder
from crm.models import OutboxMail
from tests.campaigns.ledger import people
from tests.factories import CampaignFactory, SegmentFactory, TopicFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/campaigns/campaign/"
ADD = f"{LIST}add/"


def address_of(person):
    """The only one people of these tests have."""
    return person.contact_points.get().value


def change(campaign):
    """Address of the editor."""
    return f"{LIST}{campaign.pk}/change/"


def sheet(**fields):
    """A filled-in editor, as the browser posts it."""
    topic = TopicFactory()
    blocks = fields.pop("blocks", [{"kind": "text", "text": "Hi {{ first_name }}"}])
    return {"name": "October", "topic": topic.pk, "subject": "News", "blocks": json.dumps(blocks), **fields}


@pytest.fixture
def browser(staff, client_of):
    """Staff, signed in."""
    return client_of(staff)


class TestWriting:
    """From an empty page to a saved draft."""

    def test_a_new_newsletter_is_kept(self, browser, staff):
        everybody = SegmentFactory()
        assert browser.get(ADD).status_code == 200
        answer = browser.post(ADD, sheet(include=[everybody.pk], subject_es="Noticias"))
        assert answer.status_code == 302
        campaign = Campaign.objects.get()
        assert (campaign.subject_es, campaign.created_by, campaign.state) == ("Noticias", staff, "draft")
        assert list(campaign.include.all()) == [everybody]

    def test_problems_are_said_and_nothing_typed_is_lost(self, browser):
        blocks = [{"kind": "button", "label": "Precious words", "url": "/relative"}]
        answer = browser.post(ADD, sheet(blocks=blocks, subject="Hi {{ nme }}"))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Precious words" in page
        assert "There is no merge field “nme”" in page
        assert "Block 1 (Button): “/relative” is not a full address" in page
        problems = answer.context["adminform"].form.fields["blocks"].widget.problems
        assert [(problem["index"], problem["field"]) for problem in problems] == [(0, "url")]
        assert not Campaign.objects.exists()

    @pytest.mark.parametrize("posted", ["{", '"text"', "[null]", '[{"kind": "video"}]', "{}"])
    def test_broken_blocks_are_refused_in_words(self, browser, posted):
        answer = browser.post(ADD, sheet() | {"blocks": posted})
        assert answer.status_code == (200 if posted != "{}" else 302)

    def test_user_text_cannot_leave_the_hidden_field(self, browser):
        nasty = "</textarea><script>alert(1)</script></script>"
        campaign = CampaignFactory(blocks=[{"kind": "text", "text": nasty}], subject=nasty)
        assert "<script>alert(1)" not in browser.get(change(campaign)).content.decode()

    def test_a_launched_newsletter_can_only_be_read(self, browser):
        campaign = CampaignFactory(state="sent")
        Variant.objects.create(campaign=campaign, language="en", subject="S", html="<p>Old words</p>", text="Old words")
        answer = browser.get(change(campaign), follow=True)
        assert answer.redirect_chain[0][0] == reverse("campaigns:progress", args=[campaign.pk])
        page = browser.get(reverse("campaigns:content", args=[campaign.pk])).content.decode()
        assert 'sandbox=""' in page
        assert "&lt;p&gt;Old words" in page
        answer = browser.post(change(campaign), sheet(), follow=True)
        assert "what it says stays as it is. Make a copy" in answer.content.decode()
        campaign.refresh_from_db()
        assert campaign.subject == "Come to the table"
        assert browser.post(f"{LIST}{campaign.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_save_and_test_sends_one_marked_mail(self, browser):
        campaign = CampaignFactory()
        posted = sheet(_test="1", test_address="me@example.org", test_language="es", subject="Changed")
        answer = browser.post(change(campaign), posted, follow=True)
        assert "on its way to me@example.org" in answer.content.decode()
        assert OutboxMail.objects.get().subject == "[Test] Changed"

    def test_a_test_without_an_address_saves_and_says_so(self, browser):
        campaign = CampaignFactory()
        answer = browser.post(change(campaign), sheet(_test="1", test_address="x", subject="Changed"), follow=True)
        assert "Saved. The test was not sent" in answer.content.decode()
        campaign.refresh_from_db()
        assert campaign.subject == "Changed"


class TestList:
    """The list and what can be done from it."""

    def test_it_shows_state_people_and_dates(self, browser):
        CampaignFactory(name="Autumn letter", state="sent", audience_size=1234)
        page = browser.get(LIST).content.decode()
        assert "Autumn letter" in page
        assert "1,234" in page

    def test_it_asks_the_same_few_questions_however_long_it_is(self, browser, django_assert_max_num_queries):
        CampaignFactory.create_batch(3)
        browser.get(LIST)
        with django_assert_max_num_queries(12) as few:
            browser.get(LIST)
        CampaignFactory.create_batch(20)
        with django_assert_max_num_queries(len(few.captured_queries)):
            browser.get(LIST)

    def test_copies_are_drafts(self, browser):
        campaign = CampaignFactory(state="sent")
        browser.post(LIST, {"action": "make_copies", "_selected_action": [campaign.pk]})
        assert Campaign.objects.filter(state="draft", name__startswith="Copy of").count() == 1

    def test_a_copy_opens_in_the_editor(self, browser):
        answer = browser.post(reverse("campaigns:copy", args=[CampaignFactory(state="sent").pk]))
        assert answer["Location"] == change(Campaign.objects.get(state="draft"))


class TestPreview:
    """What the editor asks while somebody writes."""

    def test_it_renders_what_is_not_saved(self, browser):
        posted = sheet(subject="Hi {{ first_name }}", blocks=[{"kind": "heading", "text": {"en": "Yes", "es": "Sí"}}])
        answer = browser.post(reverse("campaigns:preview"), posted | {"language": "es", "size": "3"}).json()
        assert answer["subject"] == "Hi Maria"
        assert "Sí</h1>" in answer["html"]
        assert "Sí\n==" in answer["text"]
        assert answer["problems"] == []
        assert any("3 people will get it" in check["label"] for check in answer["checks"])
        assert not Campaign.objects.exists()

    def test_it_shows_a_reader_of_the_book(self, browser):
        (person,) = people(1)
        answer = browser.post(reverse("campaigns:preview"), sheet(person=person.pk)).json()
        assert f"Hi {person.first_name}" in answer["html"]

    @pytest.mark.parametrize("blocks", ["", "{", "null", '{"a": 1}', "[3]", '[{"kind": "image", "src": "x"}]'])
    def test_half_written_content_is_no_accident(self, browser, blocks):
        answer = browser.post(reverse("campaigns:preview"), {"blocks": blocks, "topic": "x", "person": "y"})
        assert answer.status_code == 200

    def test_the_audience_is_counted_with_reasons(self, browser):
        topic, everybody = TopicFactory(), SegmentFactory()
        people(2, topic=topic)
        people(1)
        answer = browser.post(reverse("campaigns:audience"), {"topic": topic.pk, "include": [everybody.pk]}).json()
        assert answer["line"] == "2 people will get this"
        assert answer["why"] == ["1 did not agree to this topic"]
        assert len(answer["people"]) == 2

    def test_readers_of_one_name_are_told_apart(self, browser):
        topic, everybody = TopicFactory(), SegmentFactory()
        first, second, third = people(3, topic=topic)
        Stakeholder.objects.filter(pk__in=[first.pk, second.pk]).update(name="Aaliyah Greene", zip="28205")
        asked = {"topic": topic.pk, "include": [everybody.pk]}
        told = dict(browser.post(reverse("campaigns:audience"), asked).json()["people"])
        assert told[first.pk] == f"Aaliyah Greene · {address_of(first)} · 28205"
        assert told[second.pk] == f"Aaliyah Greene · {address_of(second)} · 28205"
        assert told[third.pk] == third.name

    def test_without_a_segment_nobody_gets_it(self, browser):
        assert "at least one segment" in browser.post(reverse("campaigns:audience"), {}).json()["line"]

    @pytest.mark.parametrize("name", ["preview", "audience"])
    def test_only_writers_may_ask(self, client_of, analyst, partner, name):
        for user in (analyst, partner):
            assert client_of(user).post(reverse(f"campaigns:{name}"), sheet()).status_code == 403


class TestLastLook:
    """The page before launch."""

    def test_it_lists_what_is_still_to_do(self, browser):
        campaign = CampaignFactory()
        page = browser.get(reverse("campaigns:review", args=[campaign.pk])).content.decode()
        assert "Nobody would get it" in page
        assert "Something on the list is still to do" in page

    def test_it_offers_to_send_when_all_is_well(self, browser):
        campaign = CampaignFactory()
        campaign.include.add(SegmentFactory())
        people(2, topic=campaign.topic)
        answer = browser.get(reverse("campaigns:review", args=[campaign.pk]))
        assert "Send to 2 people now" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]  # whoever goes back to it finds no button for what is done
        browser.post(reverse("campaigns:launch", args=[campaign.pk]))
        campaign.refresh_from_db()
        assert (campaign.state, campaign.audience_size) == ("sending", 2)

    def test_what_happens_to_uncertain_mails_is_chosen_in_the_editor(self, browser):
        campaign = CampaignFactory()
        topic = campaign.topic
        door, review = change(campaign), reverse("campaigns:review", args=[campaign.pk])
        assert "Wait for one of us to decide" in browser.get(door).content.decode()
        new = browser.get(ADD).context["adminform"].form
        assert new["uncertain_policy"].value() == "resend"  # one of them is chosen before anybody chooses
        browser.post(door, sheet(topic=topic.pk, uncertain_policy="hold"))
        campaign.refresh_from_db()
        assert campaign.uncertain_policy == "hold"
        browser.post(door, sheet(topic=topic.pk))
        campaign.refresh_from_db()
        assert campaign.uncertain_policy == "hold"  # nothing was said about it
        campaign.include.add(SegmentFactory())
        people(1, topic=topic)
        assert "it waits for one of us to decide" in browser.get(review).content.decode()
        browser.post(door, sheet(topic=topic.pk, uncertain_policy="maybe"))
        campaign.refresh_from_db()
        assert campaign.uncertain_policy == "hold"

    def test_one_person_is_one(self, browser):
        campaign = CampaignFactory()
        campaign.include.add(SegmentFactory())
        people(1, topic=campaign.topic)
        people(1)
        page = browser.get(reverse("campaigns:review", args=[campaign.pk])).content.decode()
        assert "1 did not agree to this topic" in page
        assert left_out_words("erased", 1) == "is no longer in the book"
        assert left_out_words("erased", 2) == "are no longer in the book"

    def test_a_refused_launch_says_why(self, browser):
        campaign = CampaignFactory()
        answer = browser.post(reverse("campaigns:launch", args=[campaign.pk]), follow=True)
        assert "Choose at least one segment" in answer.content.decode()

    def test_only_who_may_launch_sees_it(self, client_of, analyst):
        url = reverse("campaigns:review", args=[CampaignFactory().pk])
        assert client_of(analyst).get(url).status_code == 403
