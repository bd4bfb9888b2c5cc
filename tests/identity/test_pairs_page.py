"""The list of pairs that may be one, and what a person says about them."""

import pytest
from django.urls import reverse

from contacts.identity.counting import count_open, in_short
from contacts.identity.deciding import dismiss, undismiss
from contacts.identity.querysets import Place
from contacts.identity.reasons import ASKED, REASONS
from contacts.identity.scan import scan
from contacts.models import DuplicateCandidate
from tests.factories import StakeholderFactory

LIST = "admin:contacts_duplicatecandidate_changelist"
PHONE = "+17045550100"


@pytest.fixture
def twins(person):
    """Two entries of one woman, found."""
    one, other = person("Xiomara Beltrán", PHONE, "xio@example.org", zip="28205"), person("Xiomara Beltran", PHONE)
    scan()
    return DuplicateCandidate.objects.get(one=one, other=other)


def pair(score, *reasons, state="open"):
    return DuplicateCandidate.objects.create(
        one=StakeholderFactory(), other=StakeholderFactory(), score=score, reasons=reasons, state=state
    )


def shown(answer):
    return [each.candidate for each in answer.context["pairs"]]


class TestList:
    def test_both_stand_side_by_side_with_the_reasons_in_words(self, twins, staff, client_of):
        page = client_of(staff).get(reverse(LIST)).content.decode()
        assert page.count("Xiomara Beltr") >= 2
        assert "the same phone number" in page
        assert f"?ids={twins.one_id},{twins.other_id}" in page
        assert page.count("pair-same") == 2
        assert "Two different people" in page

    def test_the_surest_come_first_and_the_unlikely_only_when_asked(self, staff, client_of):
        low, high, sure = pair(35), pair(60), pair(97)
        client = client_of(staff)
        assert shown(client.get(reverse(LIST))) == [sure, high]
        assert shown(client.get(reverse(LIST), {"show": "possible"})) == [sure, high, low]

    def test_a_reason_narrows_the_list(self, staff, client_of):
        by_phone = pair(70, "phone")
        pair(80, "email")
        assert shown(client_of(staff).get(reverse(LIST), {"because": "phone"})) == [by_phone]
        assert len(shown(client_of(staff).get(reverse(LIST), {"because": "nonsense"}))) == 2

    def test_pages_follow_each_other_without_a_gap(self, staff, client_of):
        every = [pair(score) for score in (90, 90, 90, *range(50, 89))]
        client, url, seen = client_of(staff), reverse(LIST), []
        while url:
            answer = client.get(url)
            seen += shown(answer)
            url = answer.context["next"]
        assert len(seen) == len(every)
        assert seen == sorted(every, key=lambda each: (-each.score, each.pk))

    @pytest.mark.parametrize("place", ["", "x", "1", "a.b", "1.²", "٣.4", "9" * 30 + ".1"])
    def test_a_place_that_says_nothing_is_the_start(self, place, twins, staff, client_of):
        assert Place.read(place) is None
        assert shown(client_of(staff).get(reverse(LIST), {"after": place, "undo": place})) == [twins]

    def test_an_empty_list_says_what_will_be_here(self, staff, client_of):
        client = client_of(staff)
        assert "Nobody was compared yet" in client.get(reverse(LIST)).content.decode()
        StakeholderFactory()
        scan()
        assert "Nobody seems to be in the book twice" in client.get(reverse(LIST)).content.decode()
        assert "No pair fits" in client.get(reverse(LIST), {"because": "phone"}).content.decode()

    def test_it_asks_as_often_as_was_reviewed(self, staff, client_of, query_count):
        for number in range(12):
            pair(90 - number, "phone")
        client = client_of(staff)
        client.get(reverse(LIST))
        with query_count("pairs that may be one"):
            client.get(reverse(LIST))

    def test_nobody_has_to_wait_for_the_night(self, twins, staff, client_of, monkeypatch):
        rung = []
        monkeypatch.setattr("contacts.admin.pairs.ring", lambda name, *args: rung.append(name))
        answer = client_of(staff).post(reverse("admin:contacts_duplicatecandidate_scan"), follow=True)
        assert rung == ["contacts.tasks.find_duplicates"]
        assert "The house is looking" in answer.content.decode()

    @pytest.mark.parametrize("role", ["organizer", "partner", "analyst"])
    def test_it_is_not_for_everybody(self, role, twins, request, client_of):
        client = client_of(request.getfixturevalue(role))
        assert client.get(reverse(LIST)).status_code == 403
        assert client.post(reverse("admin:contacts_duplicatecandidate_dismiss", args=[twins.pk])).status_code == 403
        twins.refresh_from_db()
        assert twins.state == "open"


class TestDeciding:
    def test_two_different_people_are_not_proposed_again(self, twins, staff, client_of):
        client = client_of(staff)
        answer = client.post(reverse("admin:contacts_duplicatecandidate_dismiss", args=[twins.pk]), follow=True)
        assert shown(answer) == []
        assert answer.context["undo"] == twins
        scan(full=True)
        twins.refresh_from_db()
        assert (twins.state, twins.decided_by) == ("dismissed", staff)
        assert shown(client.get(reverse(LIST), {"show": "dismissed"})) == [twins]

    def test_a_slip_is_undone(self, twins, staff, client_of):
        dismiss(twins, by=staff)
        answer = client_of(staff).post(
            reverse("admin:contacts_duplicatecandidate_undo", args=[twins.pk]), {"back": reverse(LIST)}, follow=True
        )
        assert shown(answer) == [twins]
        twins.refresh_from_db()
        assert (twins.state, twins.decided_at, twins.decided_by) == ("open", None, None)

    def test_saying_it_twice_is_fine(self, twins, staff, manager):
        dismiss(twins, by=staff)
        dismiss(twins, by=manager)
        assert twins.decided_by == staff
        undismiss(twins, by=staff)
        undismiss(twins, by=staff)
        assert twins.state == "open"

    def test_it_leads_back_only_to_this_house(self, twins, staff, client_of):
        url = reverse("admin:contacts_duplicatecandidate_dismiss", args=[twins.pk])
        answer = client_of(staff).post(url, {"back": "https://elsewhere.test/"})
        assert answer.headers["Location"].startswith(reverse(LIST))


class TestElsewhere:
    def test_the_page_of_a_person_names_who_else_they_may_be(self, twins, staff, client_of):
        page = (
            client_of(staff).get(reverse("admin:contacts_stakeholder_change", args=[twins.other_id])).content.decode()
        )
        assert "May be the same as" in page
        assert "Xiomara Beltrán" in page
        dismiss(twins, by=staff)
        page = (
            client_of(staff).get(reverse("admin:contacts_stakeholder_change", args=[twins.other_id])).content.decode()
        )
        assert "May be the same as" not in page

    def test_the_menu_says_how_many_wait(self, twins, staff, client_of, django_capture_on_commit_callbacks):
        assert count_open() == 1
        assert "In the book twice?" in client_of(staff).get(reverse("admin:index")).content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            dismiss(twins, by=staff)
        assert count_open() == 0
        assert [in_short(number) for number in (0, 12, 1_000)] == ["", "12", "1,000+"]


def test_every_reason_has_words():
    assert ASKED.keys() <= REASONS.keys()
