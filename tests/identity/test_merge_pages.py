"""The page side by side, the button that undoes it, and the doors that lead there."""

from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils.html import escape

from contacts.actions import give_consent, suppress, update_stakeholder, withdraw_consent
from contacts.identity.merging import merge_stakeholders
from contacts.models import Consent, ConsentEvent, DuplicateCandidate, Stakeholder, StakeholderMerge
from tests.factories import OrganisationFactory, RegistrationFactory, StakeholderFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/contacts/stakeholder/merge/"
LIST = "/admin/contacts/stakeholder/"


@pytest.fixture
def ana(newsletter):
    """Came first; agreed to the newsletter."""
    ana = StakeholderFactory(name="Ana Ruiz", first_name="Ana", last_name="Ruiz", zip="28202", email="ana@example.org")
    give_consent(ana, newsletter, source="form", wording="Yes", language="en")
    return ana


@pytest.fixture
def anna(ana, newsletter):
    """The same woman; had left, and her address complained."""
    anna = StakeholderFactory(name="Anna Ruiz", first_name="Anna", last_name="Ruiz", email="anna@example.org")
    update_stakeholder(anna, zip="28210", by=None)
    withdraw_consent(anna, newsletter, source="link")
    suppress("anna@example.org", reason="complaint", source="provider")
    RegistrationFactory(stakeholder=anna)
    return anna


def side_by_side(*people):
    """The address of the page."""
    return f"{PAGE}?ids={','.join(str(person.pk) for person in people)}"


def page_of(pk):
    """The page about somebody."""
    return reverse("admin:contacts_stakeholder_change", args=[pk])


def sent(client, url, **choices):
    """What the form of the page sends when its button is pressed."""
    return {"seen": client.get(url).context["seen"], **{f"keep-{field}": pk for field, pk in choices.items()}}


class TestPage:
    def test_it_shows_both_what_is_kept_why_what_moves_and_the_stricter_consent(self, staff, ana, anna, client_of):
        answer = client_of(staff).get(side_by_side(anna, ana)).content.decode()
        for words in (
            "Ana Ruiz",
            "Anna Ruiz",
            "the newest",
            "1 registration",
            "must not be mailed: marked as spam",
            "the stricter wins: one of them left",
            "→ left",
        ):
            assert words in answer, words

    def test_the_newest_is_chosen_and_who_came_first_stays(self, staff, ana, anna, client_of):
        answer = client_of(staff).get(side_by_side(anna, ana))
        assert [column.person for column in answer.context["columns"] if column.stays] == [ana]
        chosen = {field.name: [one.pk for one in field.options if one.chosen] for field in answer.context["fields"]}
        assert chosen["zip"] == [anna.pk]
        assert not next(field for field in answer.context["fields"] if field.name == "last_name").differs

    def test_the_button_makes_them_one_as_chosen(self, staff, ana, anna, client_of):
        client, url = client_of(staff), side_by_side(ana, anna)
        answer = client.post(url, sent(client, url, zip=ana.pk, first_name=anna.pk))
        merge = StakeholderMerge.objects.get()
        assert answer.url == f"{page_of(ana.pk)}?merged={merge.pk}"
        ana.refresh_from_db()
        assert (ana.zip, ana.name, merge.by) == ("28202", "Anna Ruiz", staff)
        shown = client.get(answer.url).content.decode()
        assert "Two are one now." in shown
        assert "Merged with <b>Anna Ruiz</b>" in shown

    def test_the_newer_entry_stays_when_it_is_chosen(self, staff, ana, anna, client_of):
        client, url = client_of(staff), side_by_side(ana, anna)
        answer = client.post(url, sent(client, url, zip=ana.pk) | {"stays": anna.pk})
        merge = StakeholderMerge.objects.get()
        assert (merge.survivor_id, merge.merged_id) == (anna.pk, ana.pk)
        assert answer.url == f"{page_of(anna.pk)}?merged={merge.pk}"
        kept = Stakeholder.objects.get(pk=anna.pk)
        assert (kept.zip, kept.name) == ("28202", "Anna Ruiz")
        assert client.get(page_of(ana.pk)).url == page_of(anna.pk)

    @pytest.mark.parametrize("stays", ["", "abc", "0", "999999999"])
    def test_who_came_first_stays_when_the_choice_names_nobody_of_them(self, stays, staff, ana, anna, client_of):
        client, url = client_of(staff), side_by_side(ana, anna)
        client.post(url, sent(client, url) | {"stays": stays})
        assert StakeholderMerge.objects.get().survivor_id == ana.pk

    def test_the_choice_is_kept_when_the_page_asks_to_look_again(self, staff, ana, anna, client_of):
        client, url = client_of(staff), side_by_side(ana, anna)
        form = sent(client, url) | {"stays": anna.pk}
        update_stakeholder(ana, zip="28277", by=staff)
        answer = client.post(url, form)
        assert [column.person for column in answer.context["columns"] if column.stays] == [anna]

    def test_what_the_merge_wrote_cannot_be_waved_away(self, staff, ana, anna, client_of, newsletter):
        merge_stakeholders(ana, anna, by=staff)
        client = client_of(staff)
        said = ConsentEvent.objects.get(source__startswith="merge")
        undo = reverse("admin:contacts_stakeholder_undo", args=[ana.pk])
        assert undo not in client.get(page_of(ana.pk)).content.decode()
        client.post(undo, {"event": said.pk})
        assert Consent.objects.get(stakeholder=ana).state == "withdrawn"

    def test_undo_takes_them_apart(self, staff, ana, anna, client_of):
        client, url = client_of(staff), side_by_side(ana, anna)
        client.post(url, sent(client, url))
        apart = reverse("admin:contacts_stakeholder_take_apart")
        answer = client.post(apart, {"merge": StakeholderMerge.objects.get().pk}, follow=True).content.decode()
        assert "They are two again" in answer
        assert "taken apart on" in answer
        assert Stakeholder.objects.get(pk=anna.pk).zip == "28210"
        assert "taken apart on" in client.get(page_of(anna.pk)).content.decode()

    def test_three_are_undone_with_one_button(self, staff, ana, anna, client_of):
        third = StakeholderFactory()
        client, url = client_of(staff), side_by_side(ana, anna, third)
        answer = client.post(url, sent(client, url), follow=True)
        assert "3 are one now." in answer.content.decode()
        merges = [merge.pk for merge in answer.context["just_merged"]["merges"]]
        told = client.post(reverse("admin:contacts_stakeholder_take_apart"), {"merge": merges}, follow=True)
        assert [str(message) for message in told.context["messages"]] == [
            "They are 3 again, each with what was theirs."
        ]
        assert Stakeholder.objects.filter(pk__in=[ana.pk, anna.pk, third.pk]).count() == 3

    def test_what_stays_since_is_said(self, staff, ana, anna, client_of):
        merge = merge_stakeholders(ana, anna, by=staff)
        update_stakeholder(Stakeholder.objects.get(pk=ana.pk), zip="28277", by=staff)
        url = reverse("admin:contacts_stakeholder_take_apart")
        answer = client_of(staff).post(url, {"merge": merge.pk}, follow=True).content.decode()
        assert "Was edited since and stays as it is: zip code." in answer


class TestFromTheListOfPairs:
    PAIRS = "/admin/contacts/duplicatecandidate/?because=phone"

    @pytest.fixture
    def url(self, ana, anna):
        """The address to which the button of a pair leads."""
        return f"{side_by_side(ana, anna)}&back={quote(self.PAIRS, safe='')}"

    def test_the_button_of_a_pair_carries_the_way_back(self, staff, ana, anna, client_of, url):
        DuplicateCandidate.objects.create(one=ana, other=anna, score=90, reasons=["phone"])
        assert escape(url) in client_of(staff).get(self.PAIRS).content.decode()

    def test_a_merge_leads_back_to_the_next_pair_and_can_be_undone_there(self, staff, ana, anna, client_of, url):
        DuplicateCandidate.objects.create(one=ana, other=anna, score=90, reasons=["phone"])
        following = DuplicateCandidate.objects.create(
            one=StakeholderFactory(), other=StakeholderFactory(), score=70, reasons=["phone"]
        )
        client = client_of(staff)
        answer = client.post(url, sent(client, url), follow=True)
        merge = StakeholderMerge.objects.get()
        assert answer.redirect_chain == [(f"{self.PAIRS}&merged={merge.pk}", 302)]
        assert [pair.candidate for pair in answer.context["pairs"]] == [following]
        assert "Two are one now." in answer.content.decode()
        apart = reverse("admin:contacts_stakeholder_take_apart")
        told = client.post(apart, {"merge": merge.pk, "back": self.PAIRS}, follow=True)
        assert told.redirect_chain == [(self.PAIRS, 302)]
        assert "They are two again" in told.content.decode()
        assert [pair.candidate.one for pair in told.context["pairs"]] == [ana, following.one]

    def test_pressing_twice_leads_back_too(self, staff, ana, anna, client_of, url):
        client = client_of(staff)
        form = sent(client, url)
        client.post(url, form)
        assert client.post(url, form).url == self.PAIRS

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/admin/logout/", "//[", "\\\\evil"])
    def test_no_other_address_is_gone_back_to(self, back, staff, ana, anna, client_of):
        client, url = client_of(staff), f"{side_by_side(ana, anna)}&back={quote(back, safe='')}"
        assert client.get(url).context["back"] == LIST
        assert client.post(url, sent(client, url)).url.startswith(page_of(ana.pk))

    def test_who_only_reads_is_not_offered_to_undo(self, analyst, staff, ana, anna, client_of):
        merge = merge_stakeholders(ana, anna, by=staff)
        answer = client_of(analyst).get(f"{self.PAIRS}&merged={merge.pk}")
        assert answer.status_code == 403 or not answer.context["just_merged"]


class TestTwoTabs:
    def test_pressing_twice_leads_to_the_one_they_are(self, staff, ana, anna, client_of):
        client, url = client_of(staff), side_by_side(ana, anna)
        form = sent(client, url)
        client.post(url, form)
        answer = client.post(url, form, follow=True)
        assert answer.redirect_chain[-1][0] == page_of(ana.pk)
        assert "They are one already." in answer.content.decode()
        assert StakeholderMerge.objects.count() == 1

    def test_who_changed_meanwhile_is_shown_again(self, staff, ana, anna, client_of):
        client, url = client_of(staff), side_by_side(ana, anna)
        form = sent(client, url)
        update_stakeholder(ana, zip="28277", by=staff)
        answer = client.post(url, form).content.decode()
        assert "Please look again" in answer
        assert "28277" in answer
        assert not StakeholderMerge.objects.exists()

    def test_taking_apart_twice_says_so(self, staff, ana, anna, client_of):
        merge = merge_stakeholders(ana, anna, by=staff)
        url = reverse("admin:contacts_stakeholder_take_apart")
        client_of(staff).post(url, {"merge": merge.pk})
        answer = client_of(staff).post(url, {"merge": merge.pk}, follow=True).content.decode()
        assert "They were taken apart already." in answer

    def test_an_old_tab_of_the_merged_one_leads_to_the_survivor_and_erases_nobody(self, manager, ana, anna, client_of):
        merge_stakeholders(ana, anna, by=manager)
        client = client_of(manager)
        for name in ("change", "edit"):
            answer = client.get(reverse(f"admin:contacts_stakeholder_{name}", args=[anna.pk]))
            assert answer.url == page_of(ana.pk)
        answer = client.post(reverse("admin:contacts_stakeholder_erase", args=[anna.pk]), {"keep": "on"}, follow=True)
        assert "Nothing was erased" in answer.content.decode()
        assert Stakeholder.objects.filter(pk=ana.pk).exists()
        client.post(reverse("admin:contacts_stakeholder_add_tag", args=[anna.pk]), {"tag": "Host"})
        assert ana.tags.exists()


class TestDoors:
    @pytest.mark.parametrize("role", ["organizer", "partner", "analyst"])
    def test_only_who_keeps_the_book_may(self, role, ana, anna, client_of, request):
        client = client_of(request.getfixturevalue(role))
        assert client.get(side_by_side(ana, anna)).status_code == 403
        assert client.post(side_by_side(ana, anna)).status_code == 403
        assert client.post(reverse("admin:contacts_stakeholder_take_apart"), {"merge": 1}).status_code == 403

    def test_the_list_leads_there(self, staff, ana, anna, client_of):
        chosen = {"action": "merge_chosen", "_selected_action": [ana.pk, anna.pk]}
        assert client_of(staff).post(LIST, chosen).url == side_by_side(ana, anna)

    @pytest.mark.parametrize("number", [1, 6])
    def test_one_or_six_cannot_be_compared(self, number, staff, client_of):
        people = StakeholderFactory.create_batch(number)
        chosen = {"action": "merge_chosen", "_selected_action": [person.pk for person in people]}
        answer = client_of(staff).post(LIST, chosen, follow=True).content.decode()
        assert "Choose two to 5 who are one." in answer

    @pytest.mark.parametrize("ids", ["", "1", "abc,1", "1,1", "9" * 40, "1,2,3,4,5,6"])
    def test_an_address_with_a_slip_in_it_goes_back_to_the_list(self, ids, staff, client_of):
        assert client_of(staff).get(f"{PAGE}?ids={ids}").url == LIST

    def test_a_person_and_an_organisation_cannot_be_pressed_into_one(self, staff, ana, client_of):
        url = side_by_side(ana, OrganisationFactory())
        client = client_of(staff)
        assert "cannot be one" in client.get(url).content.decode()
        answer = client.post(url, sent(client, url), follow=True).content.decode()
        assert "A person and an organisation cannot be one" in answer
        assert not StakeholderMerge.objects.exists()

    def test_opening_changes_nothing(self, staff, ana, anna, client_of):
        client_of(staff).get(side_by_side(ana, anna))
        assert client_of(staff).get(reverse("admin:contacts_stakeholder_take_apart")).status_code == 405
        assert not StakeholderMerge.objects.exists()

    def test_a_name_is_shown_as_it_was_typed_and_never_run(self, staff, ana, client_of):
        other = StakeholderFactory(name="<script>alert(1)</script>")
        assert "<script>alert(1)" not in client_of(staff).get(side_by_side(ana, other)).content.decode()

    def test_queries_of_the_page(self, staff, ana, anna, client_of, query_count):
        client = client_of(staff)
        client.get(side_by_side(ana, anna))
        with query_count("merge page"):
            client.get(side_by_side(ana, anna))


@pytest.mark.browser
class TestInABrowser:
    @pytest.fixture
    def signed_in(self, page, staff):
        """A tab of staff."""
        page.goto("/admin/login/")
        page.fill("[name=username]", staff.email)
        page.fill("[name=password]", "correct horse")
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/admin/")
        return page

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("width", [1440, 390])
    def test_by_keyboard_two_become_one_and_two_again(self, width, signed_in, ana, anna):
        tab = signed_in
        tab.set_viewport_size({"width": width, "height": 900})
        tab.goto(side_by_side(ana, anna))
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.focus(f"[name=keep-zip][value='{anna.pk}']")
        tab.keyboard.press("ArrowLeft")
        assert tab.is_checked(f"[name=keep-zip][value='{ana.pk}']")
        tab.get_by_role("button", name="Make them one").press("Enter")
        tab.wait_for_selector("text=Two are one now.")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.get_by_role("button", name="Undo").press("Enter")
        tab.wait_for_selector("text=They are two again")
        assert Consent.objects.count() == 2
        assert tab.errors == []
