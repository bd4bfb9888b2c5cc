"""The list, the page and the form of people in the back office."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pghistory.models import Context

from contacts.actions import give_consent, suppress, tag_stakeholders, update_stakeholder, withdraw_consent
from contacts.models import Consent, ConsentEvent, ContactPoint, Stakeholder, StakeholderType, Suppression, Tag
from tests.factories import OrganisationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/contacts/stakeholder/"


@pytest.fixture
def ana(newsletter):
    ana = StakeholderFactory(name="Ana Ruiz", first_name="Ana", last_name="Ruiz", zip="28205", email="ana@example.org")
    give_consent(ana, newsletter, source="join form", wording="Yes, write to me", language="en")
    return ana


def page(person, name="change"):
    return reverse(f"admin:contacts_stakeholder_{name}", args=[person.pk])


class TestAccess:
    @pytest.mark.parametrize("role", ["organizer", "partner", "analyst"])
    def test_the_book_is_not_for_everyone(self, role, ana, client_of, request):
        client = client_of(request.getfixturevalue(role))
        for url in (LIST, page(ana), page(ana, "edit")):
            assert client.get(url).status_code == 403
        assert client.post(page(ana, "add_tag"), {"tag": "x"}).status_code == 403

    def test_an_address_with_a_slip_in_it_finds_nobody(self, staff, client_of):
        assert client_of(staff).get(f"{LIST}abc/change/").status_code == 404

    def test_nobody_deletes_people_from_a_list(self, manager, ana, client_of):
        assert client_of(manager).get(f"{LIST}{ana.pk}/delete/").status_code == 403


class TestList:
    def test_a_row_shows_how_they_can_be_reached_and_what_they_agreed_to(self, staff, ana, client_of):
        answer = client_of(staff).get(LIST).content.decode()
        for words in ("Ana Ruiz", "ana@example.org", "28205", "Newsletter"):
            assert words in answer

    def test_more_people_need_no_more_queries(self, staff, ana, client_of):
        def queries():
            with CaptureQueriesContext(connection) as asked:
                client.get(LIST)
            return len(asked)

        client = client_of(staff)
        tag_stakeholders([ana.pk], ["Host"])
        client.get(LIST)
        few = queries()
        people = StakeholderFactory.create_batch(20)
        tag_stakeholders([person.pk for person in people], ["Host"])
        assert queries() == few <= 28

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "ruiz ana@"}, ["Ana Ruiz"]),
            ({"q": "nobody"}, []),
            ({"kind": "organisation"}, ["Dove House"]),
            ({"type": "nonprofit"}, ["Dove House"]),
            ({"tag": "HOST"}, ["Dove House"]),
            ({"topic": "newsletter"}, ["Ana Ruiz"]),
            ({"zip": "28205, 282"}, ["Ana Ruiz"]),
            ({"language": "es"}, ["Dove House"]),
            ({"reach": "works"}, ["Ana Ruiz"]),
            ({"reach": "none"}, ["Dove House"]),
            ({"reach": "suppressed"}, []),
            ({"type": "wizard"}, []),
        ],
    )
    def test_filters_and_search_find_whom_they_mean(self, query, found, staff, ana, client_of):
        dove = OrganisationFactory(name="Dove House", language="es")
        dove.types.add(StakeholderType.objects.get(slug="nonprofit"))
        tag_stakeholders([dove.pk], ["Host"])
        if query.get("tag"):
            query = {"tag": Tag.objects.get().pk}
        answer = client_of(staff).get(LIST, query)
        assert [person.name for person in answer.context["cl"].result_list] == found

    def test_a_long_filtered_list_says_more_than(self, staff, ana, client_of, monkeypatch):
        monkeypatch.setattr("contacts.admin.lists.CAP", 3)
        StakeholderFactory.create_batch(5, zip="28205")
        answer = client_of(staff).get(LIST, {"zip": "28205"}).content.decode()
        assert "more than 3" in answer

    def test_many_get_a_tag_at_once(self, staff, client_of):
        people = StakeholderFactory.create_batch(3)
        chosen = {"action": "tag_many", "_selected_action": [person.pk for person in people[:2]]}
        client = client_of(staff)
        assert "2 people were chosen" in client.post(LIST, chosen).content.decode()
        client.post(LIST, {**chosen, "tag": "Host"})
        assert set(Stakeholder.objects.filter(tags__name="Host")) == set(people[:2])


class TestPage:
    def test_everything_about_somebody_is_there_to_read(self, staff, ana, client_of):
        ana.notes = "Met at the forum"
        ana.save()
        suppress("ana@example.org", reason="complaint", source="provider")
        answer = client_of(staff).get(page(ana)).content.decode()
        for words in ("Ana Ruiz", "Yes, write to me", "marked as spam", "Met at the forum", "Came into the book"):
            assert words in answer

    def test_a_yes_needs_to_say_how(self, staff, ana, client_of, events_topic):
        client = client_of(staff)
        client.post(page(ana, "subscribe"), {"topic": events_topic.pk, "note": ""})
        assert not Consent.objects.filter(topic=events_topic).exists()
        client.post(page(ana, "subscribe"), {"topic": events_topic.pk, "note": "By phone"})
        event = ConsentEvent.objects.get(topic=events_topic)
        assert (event.wording, event.by, event.source) == ("By phone", staff, "written down by staff")

    def test_a_slip_can_be_undone_for_a_while(self, staff, ana, client_of, newsletter):
        client = client_of(staff)
        client.post(page(ana, "take_off"), {"topic": newsletter.pk})
        event = ConsentEvent.objects.get(action="withdrawn")
        assert page(ana, "undo") in client.get(page(ana)).content.decode()
        client.post(page(ana, "undo"), {"event": event.pk})
        assert Consent.objects.get().state == "given"
        assert ConsentEvent.objects.first().wording == "Yes, write to me"

    def test_what_the_person_said_themselves_cannot_be_undone(self, staff, ana, client_of, newsletter):
        event = withdraw_consent(ana, newsletter, source="leave link")
        answer = client_of(staff).post(page(ana, "undo"), {"event": event.pk}, follow=True)
        assert "can no longer be undone" in answer.content.decode()
        assert Consent.objects.get().state == "withdrawn"

    def test_an_address_is_stopped_by_staff_and_allowed_by_managers(self, staff, manager, ana, client_of):
        point = ana.contact_points.get()
        client_of(staff).post(page(ana, "stop"), {"point": point.pk, "note": "called us"})
        stopped = Suppression.objects.get()
        assert (stopped.reason, stopped.note) == ("manual", "called us")
        asked = {"suppression": stopped.pk, "reason": "Wrote again"}
        assert client_of(staff).post(page(ana, "allow"), asked).status_code == 403
        client_of(manager).post(page(ana, "allow"), asked)
        assert not Suppression.objects.exists()

    def test_a_door_does_nothing_to_somebody_else(self, staff, ana, client_of):
        other = StakeholderFactory()
        answer = client_of(staff).post(page(other, "stop"), {"point": ana.contact_points.get().pk})
        assert answer.status_code == 403
        assert not Suppression.objects.exists()

    def test_tags_come_and_go(self, staff, ana, client_of):
        client = client_of(staff)
        client.post(page(ana, "add_tag"), {"tag": "Host"})
        assert "Host" in client.get(page(ana)).content.decode()
        client.post(page(ana, "remove_tag"), {"tag": "Host"})
        assert not ana.tags.exists()

    def test_reading_changes_nothing(self, staff, ana, client_of):
        for name in ("subscribe", "take_off", "undo", "stop", "allow", "add_tag", "remove_tag"):
            assert client_of(staff).get(page(ana, name)).status_code == 405

    def test_queries_of_the_page(self, staff, ana, client_of, django_assert_max_num_queries):
        client = client_of(staff)
        with django_assert_max_num_queries(32):
            client.get(page(ana))


def form_of(**changes):
    """What the form sends, for a person with one new address."""
    return {
        "kind": "person",
        "name": "Ana Vega",
        "first_name": "Ana",
        "last_name": "Vega",
        "language": "es",
        "zip": "28206",
        "source": "",
        "notes": "",
        "its_types": [],
        "its_tags": "Host, Speaker",
        "contact_points-TOTAL_FORMS": "1",
        "contact_points-INITIAL_FORMS": "0",
        "contact_points-0-kind": "email",
        "contact_points-0-value": "vega@example.org",
        "contact_points-0-status": "valid",
        "affiliations-TOTAL_FORMS": "0",
        "affiliations-INITIAL_FORMS": "0",
        **changes,
    }


NO_POINTS = {"contact_points-TOTAL_FORMS": "0", "contact_points-INITIAL_FORMS": "0"}


class TestForm:
    def test_a_new_person_is_saved_through_the_verbs(self, staff, client_of):
        activist = StakeholderType.objects.get(slug="activist")
        answer = client_of(staff).post(LIST + "add/", form_of(its_types=[activist.pk]))
        ana = Stakeholder.objects.get()
        assert answer.url == page(ana)
        assert ana.contact_points.get().is_primary
        assert {tag.name for tag in ana.tags.all()} == {"Host", "Speaker"}
        assert list(ana.types.all()) == [activist]
        assert Context.objects.filter(metadata__user=staff.pk).exists()

    def test_changes_are_saved_and_another_address_becomes_the_main_one(self, staff, ana, client_of):
        tag_stakeholders([ana.pk], ["Donor"])
        old = ana.contact_points.get()
        sent = form_of(
            **{
                "contact_points-TOTAL_FORMS": "2",
                "contact_points-INITIAL_FORMS": "1",
                "contact_points-0-id": old.pk,
                "contact_points-0-stakeholder": ana.pk,
                "contact_points-0-value": "ana@example.org",
                "contact_points-1-kind": "email",
                "contact_points-1-value": "vega@example.org",
                "contact_points-1-status": "bouncing",
                "contact_points-1-main": "on",
            }
        )
        answer = client_of(staff).post(page(ana, "edit"), sent)
        assert answer.status_code == 302, answer.context["errors"]
        ana.refresh_from_db()
        assert (ana.name, ana.zip, ana.language) == ("Ana Vega", "28206", "es")
        assert {tag.name for tag in ana.tags.all()} == {"Host", "Speaker"}
        main = ana.contact_points.get(is_primary=True)
        assert (main.value, main.status) == ("vega@example.org", "bouncing")
        assert ContactPoint.objects.filter(pk=old.pk, is_primary=False).exists()

    def test_what_somebody_else_wrote_meanwhile_stays(self, staff, ana, client_of):
        tag_stakeholders([ana.pk], ["Host", "Speaker"])
        client = client_of(staff)
        shown = client.get(page(ana, "edit")).content.decode()
        carried = {
            name: html.unescape(value)
            for tag in re.findall(r"<(?:input|textarea)[^>]*initial-[^>]*>(?:[^<]*</textarea>)?", shown)
            for name, value in [(re.search(r'name="([^"]+)"', tag)[1], "".join(re.findall(r'value="([^"]*)"', tag)))]
        }
        assert carried["initial-zip"] == "28205"
        update_stakeholder(ana, zip="28299", by=staff)
        tag_stakeholders([ana.pk], ["Donor"])
        answer = client.post(page(ana, "edit"), {**form_of(zip="28205"), **carried, **NO_POINTS})
        assert answer.status_code == 302, answer.context["errors"]
        ana.refresh_from_db()
        assert (ana.name, ana.zip) == ("Ana Vega", "28299")
        assert {tag.name for tag in ana.tags.all()} == {"Host", "Speaker", "Donor"}

    def test_an_address_that_is_none_is_refused(self, staff, client_of):
        answer = client_of(staff).post(LIST + "add/", form_of(**{"contact_points-0-value": "not an address"}))
        assert answer.status_code == 200
        assert not Stakeholder.objects.exists()


class TestWordsAndStops:
    @pytest.mark.parametrize("noun", ["topic", "stakeholdertype", "tag", "suppression", "segment"])
    def test_staff_can_open_every_list_and_form(self, noun, staff, client_of):
        client = client_of(staff)
        assert client.get(f"/admin/contacts/{noun}/").status_code == 200
        assert client.get(f"/admin/contacts/{noun}/add/").status_code == 200

    def test_the_short_name_of_a_topic_stays(self, manager, client_of, newsletter):
        client_of(manager).post(
            f"/admin/contacts/topic/{newsletter.pk}/change/",
            {"name_en": "Letter", "name_es": "Carta", "slug": "letter", "order": 1, "public": "on"},
        )
        newsletter.refresh_from_db()
        assert (newsletter.slug, newsletter.name_en) == ("newsletter", "Letter")

    def test_an_address_is_added_and_found_by_its_hash(self, staff, client_of):
        client = client_of(staff)
        client.post("/admin/contacts/suppression/add/", {"address": "Ana@example.org", "reason": "manual", "note": ""})
        Suppression.objects.update(address="")
        answer = client.get("/admin/contacts/suppression/", {"q": "ana@example.org"})
        assert answer.context["cl"].result_count == 1

    def test_only_managers_allow_an_address_again_and_say_why(self, staff, manager, client_of):
        row = suppress("ana@example.org", reason="manual", source="letter")
        url = reverse("admin:contacts_suppression_lift", args=[row.pk])
        assert client_of(staff).post(url, {"reason": "x"}).status_code == 403
        assert client_of(manager).post(url, {"reason": " "}).status_code == 200
        assert Suppression.objects.exists()
        client_of(manager).post(url, {"reason": "Asked us by phone"})
        assert not Suppression.objects.exists()
