"""A wrongly mapped “unsubscribed”: what a file took by itself can be given back, and nothing that anybody else says."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from contacts.actions import give_consent, leave_all, leave_list, lift_suppression, suppress, withdraw_consent
from contacts.actions.bounces import note_hard_bounce
from contacts.actions.preferences import change_preferences
from contacts.actions.suppression import NoReasonGiven
from contacts.identity.merging import merge_stakeholders
from contacts.imports.reverting import revert_import, told_in_words
from contacts.imports.taking_back import outlook
from contacts.models import Consent, ConsentEvent, ImportRun, Stakeholder, Suppression, Topic
from tests.api.test_api import api
from tests.factories import RegistrationFactory, StakeholderFactory
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name", "Status")
ANN = ("ann@example.org", "Ann", "Lee")
NO, SHUT, DEAD = (*ANN, "unsubscribed"), (*ANN, "do not contact"), (*ANN, "cleaned")
WHY = "The column “Status” was about the printed paper"


@pytest.fixture
def newsletter(db):
    return Topic.objects.get(slug="newsletter")


@pytest.fixture
def ann(newsletter):
    person = StakeholderFactory(first_name="Ann", last_name="Lee", name="Ann Lee", email="ann@example.org")
    give_consent(person, newsletter, source="join form", wording="Yes, write to me", language="es")
    return person


@pytest.fixture
def said_no(commit, ann):
    return commit(csv_of(HEAD, NO), topics=["newsletter"])


@pytest.fixture
def shut(commit, ann):
    return commit(csv_of((*HEAD[:3], "Do not contact"), (*ANN, "yes")), topics=["newsletter"])


def state(topic="newsletter"):
    return Consent.objects.get(topic__slug=topic).state


def offered(run):
    found = outlook(run).misread
    return found.agreements, found.blocks


def given_back(run):
    """What was offered is what is done."""
    promised = offered(run)
    revert_import(run, misread=WHY)
    done = run.revert_report["done"]
    assert (done.get("given back", 0), done.get("lifted", 0)) == promised
    return promised


def test_without_being_asked_a_no_stays(said_no):
    assert offered(said_no) == (1, 0)
    revert_import(said_no)
    assert state() == "withdrawn"
    assert "misread" not in said_no.revert_report


def test_the_yes_comes_back_as_it_was_said_with_who_why_and_from_which_file(said_no, ann, manager):
    taken = ConsentEvent.objects.get(action="withdrawn")
    revert_import(said_no, misread=f"  {WHY} ", by=manager)
    first, back = ConsentEvent.objects.get(source="join form"), Consent.objects.get().event
    assert (back.action, back.wording, back.language, back.by) == ("given", "Yes, write to me", "es", manager)
    assert back.source == f"import {said_no.pk} was misread"
    assert back.evidence == {
        "gives back": taken.pk,
        "first said": first.pk,
        "import": said_no.pk,
        "reason": WHY,
    }
    assert ConsentEvent.objects.count() == 3
    assert "no" not in said_no.revert_report["left"]
    assert told_in_words(said_no) == ["1 agreement was given back.", f"The file was said to be misread: “{WHY}”"]


def test_a_block_goes_with_the_mark_on_the_address(commit, ann):
    run = commit(csv_of(HEAD, DEAD), topics=["newsletter"])
    assert ann.contact_points.get().status == "bad"
    assert given_back(run) == (0, 1)
    assert not Suppression.objects.exists()
    assert ann.contact_points.get().status == "valid"


def test_yes_and_block_go_back_together(shut):
    assert state() == "withdrawn"
    assert given_back(shut) == (1, 1)
    assert state() == "given"
    assert not Suppression.objects.exists()


def test_the_address_of_a_row_that_could_be_several_people_is_open_again(commit, ann):
    StakeholderFactory(first_name="Bo", last_name="Ruiz", email="ann@example.org")
    run = commit(csv_of(("E-mail", "Status"), ("ann@example.org", "cleaned")))
    assert given_back(run) == (0, 1)


def test_somebody_new_never_said_yes_and_gets_none(commit, newsletter):
    run = commit(csv_of(HEAD, NO), topics=["newsletter"])
    RegistrationFactory(stakeholder=Stakeholder.objects.get(first_name="Ann"))
    assert given_back(run) == (0, 0)
    assert state() == "withdrawn"


def test_somebody_new_who_stays_has_an_address_that_works(commit, newsletter):
    run = commit(csv_of(HEAD, DEAD))
    person = Stakeholder.objects.get(first_name="Ann")
    RegistrationFactory(stakeholder=person)
    assert given_back(run) == (0, 1)
    assert person.contact_points.get().status == "valid"


class TestSomebodyElseSaysNo:
    """Nothing is given back."""

    def test_they_left_by_their_own_link_since(self, said_no, ann, newsletter):
        leave_list(ann, newsletter, how="one-click")
        assert Consent.objects.get().event.evidence == {"how": "one-click"}
        assert given_back(said_no) == (0, 0)
        assert state() == "withdrawn"

    def test_they_left_everything_since(self, shut, ann):
        leave_all(ann)
        assert given_back(shut) == (0, 0)
        assert Suppression.objects.exists()

    def test_they_looked_through_their_choices_and_left_it_off(self, said_no, ann, newsletter):
        change_preferences(ann, topics=[], offered=[newsletter], types=[], facts={}, wording="", wording_language="en")
        assert given_back(said_no) == (0, 0)

    def test_they_said_no_to_something_else_since(self, said_no, ann):
        events = Topic.objects.get(slug="events")
        give_consent(ann, events, source="desk", wording="Yes", language="en")
        assert given_back(said_no) == (0, 0)

    def test_staff_wrote_it_down_since(self, said_no, ann, newsletter, staff):
        withdraw_consent(ann, newsletter, source="written down by staff", by=staff)
        assert given_back(said_no) == (0, 0)

    def test_they_said_yes_again_themselves(self, said_no, ann, newsletter):
        give_consent(ann, newsletter, source="join form", wording="Please", language="en")
        assert given_back(said_no) == (0, 0)
        assert state() == "given"

    def test_they_had_left_before(self, commit, ann, newsletter):
        withdraw_consent(ann, newsletter, source="unsubscribe link")
        assert given_back(commit(csv_of(HEAD, NO), topics=["newsletter"])) == (0, 0)

    def test_another_file_says_it_too(self, said_no, commit):
        other = commit(csv_of(HEAD, NO), partner="Food Bank", topics=["newsletter"])
        assert other.counts["unchanged"] == 1
        assert ConsentEvent.objects.count() == 2
        assert given_back(said_no) == (0, 0)

    def test_another_file_shuts_the_address_too(self, shut, commit):
        commit(csv_of((*HEAD[:3], "Do not contact"), (*ANN, "yes")), partner="Food Bank", topics=["newsletter"])
        assert given_back(shut) == (0, 0)

    def test_unless_that_one_was_misread_as_well(self, shut, commit):
        other = commit(csv_of((*HEAD[:3], "Do not contact"), (*ANN, "yes")), partner="Food Bank", topics=["newsletter"])
        assert given_back(other) == (0, 0)
        assert given_back(shut) == (1, 1)
        assert state() == "given"

    def test_a_file_that_was_merely_taken_back_still_says_it(self, said_no, commit):
        revert_import(commit(csv_of(HEAD, NO), partner="Food Bank", topics=["newsletter"]))
        assert given_back(said_no) == (0, 0)

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("status", ["cleaned", "subscribed"])
    def test_another_file_says_something_that_is_no_no_to_the_topic(self, said_no, commit, status):
        commit(csv_of(HEAD, (*ANN, status)), partner="Food Bank", topics=["newsletter"])
        assert given_back(said_no) == ((0, 0) if status == "cleaned" else (1, 0))

    @pytest.mark.django_db(transaction=True)
    def test_a_message_bounced_since(self, shut):
        note_hard_bounce("ann@example.org", source="campaign:1")
        assert given_back(shut) == (0, 0)
        assert Suppression.objects.get().reason == "hard_bounce"

    def test_a_complaint_came_of_an_address_the_file_calls_complaining(self, commit, ann):
        run = commit(csv_of(HEAD, (*ANN, "Abuse")), topics=["newsletter"])
        suppress("ann@example.org", reason="complaint", source="provider")
        assert given_back(run) == (0, 0)
        assert Suppression.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_a_block_that_was_lifted_and_set_anew_is_another_one(self, shut, manager):
        lift_suppression(Suppression.objects.get(), reason="They wrote to us", by=manager)
        suppress("ann@example.org", reason="manual", source="written down by staff")
        assert given_back(shut) == (0, 0)

    def test_they_were_merged_with_somebody(self, said_no, ann, manager):
        merge_stakeholders(ann, StakeholderFactory(email="ann.lee@example.org"), by=manager)
        assert given_back(said_no) == (0, 0)

    def test_the_yes_came_with_a_file_that_was_taken_back(self, commit, newsletter):
        StakeholderFactory(first_name="Ann", last_name="Lee", name="Ann Lee", email="ann@example.org")
        first = commit(csv_of(HEAD[:3], ANN), topics=["newsletter"])
        second = commit(csv_of(HEAD, NO), partner="Food Bank", topics=["newsletter"])
        revert_import(first)
        assert given_back(second) == (0, 0)


def test_a_yes_given_back_goes_when_the_file_it_came_with_is_taken_back(commit, newsletter):
    StakeholderFactory(first_name="Ann", last_name="Lee", name="Ann Lee", email="ann@example.org")
    first = commit(csv_of(HEAD[:3], ANN), topics=["newsletter"])
    assert given_back(commit(csv_of(HEAD, NO), partner="Food Bank", topics=["newsletter"])) == (1, 0)
    revert_import(first)
    assert state() == "withdrawn"
    assert first.revert_report["done"]["consent"] == 1


def test_a_yes_taken_back_and_then_left_by_the_person_is_not_brought_again_by_a_file(commit, newsletter):
    ann = StakeholderFactory(first_name="Ann", last_name="Lee", name="Ann Lee", email="ann@example.org")
    revert_import(commit(csv_of(HEAD[:3], ANN), topics=["newsletter"]))
    leave_list(ann, newsletter)
    commit(csv_of(HEAD[:3], ANN), topics=["newsletter"])
    assert state() == "withdrawn"


class TestDoors:
    """The command, the page and the API ask for a reason, and not everybody may."""

    def test_the_command(self, shut):
        out = StringIO()
        call_command("revert_import", str(shut.pk), "--give-back-consent", "--reason", WHY, "--json", stdout=out)
        report = json.loads(out.getvalue())
        assert (report["done"]["given back"], report["done"]["lifted"]) == (1, 1)

    @pytest.mark.parametrize(
        "words", [["--give-back-consent"], ["--give-back-consent", "--reason", " "], ["--reason", WHY]]
    )
    def test_the_command_wants_the_choice_and_the_reason(self, shut, words):
        with pytest.raises(CommandError) as refusal:
            call_command("revert_import", str(shut.pk), *words)
        assert refusal.value.returncode == 2
        assert ImportRun.objects.get().state == "committed"

    def test_no_reason_no_giving_back(self, shut):
        with pytest.raises(NoReasonGiven):
            revert_import(shut, misread=" ")
        assert ImportRun.objects.get().state == "committed"

    def url(self, run):
        return f"/admin/contacts/importrun/{run.pk}/take-back/"

    def test_the_page_offers_it_with_figures(self, shut, client, manager, query_count):
        client.force_login(manager)
        with query_count("import take back page"):
            text = client.get(self.url(shut)).content.decode()
        assert "give back <b>1</b> agreement that only this file took" in text
        assert "lift <b>1</b> block on an address that only this file caused" in text

    def test_the_page_offers_nothing_when_there_is_nothing(self, commit, ann, client, manager):
        client.force_login(manager)
        assert "misread" not in client.get(self.url(commit(csv_of(HEAD[:3], ANN)))).content.decode()

    def test_staff_are_told_whom_to_ask(self, shut, client, staff):
        client.force_login(staff)
        text = client.get(self.url(shut)).content.decode()
        assert "a manager can give them back here" in text
        assert client.post(self.url(shut), {"misread": "on", "reason": WHY}).status_code == 403
        assert ImportRun.objects.get().state == "committed"

    def test_the_page_asks_again_for_a_reason(self, shut, client, manager):
        client.force_login(manager)
        text = client.post(self.url(shut), {"misread": "on", "reason": " "}).content.decode()
        assert "Say how the file was misread" in text
        assert 'name="misread" checked' in text

    def test_the_page_keeps_the_reason(self, shut, client, manager):
        client.force_login(manager)
        client.post(self.url(shut), {"misread": "on", "reason": WHY})
        assert ImportRun.objects.get().revert_report["misread"] == WHY

    def test_a_reason_without_the_tick_is_none(self, shut, client, manager):
        client.force_login(manager)
        client.post(self.url(shut), {"reason": WHY})
        assert "misread" not in ImportRun.objects.get().revert_report

    @pytest.mark.parametrize(
        ("who", "said", "status"),
        [
            ("manager", {"give_back_consent": True, "reason": WHY}, 202),
            ("manager", {"give_back_consent": True}, 400),
            ("staff", {"give_back_consent": True, "reason": WHY}, 403),
            ("staff", {}, 202),
        ],
    )
    def test_the_api(self, shut, request, who, said, status):
        url = f"/api/v1/imports/{shut.pk}/revert/"
        answer = api(request.getfixturevalue(who)).post(url, said, format="json")
        assert answer.status_code == status, answer.content
        assert ("misread" in ImportRun.objects.get().revert_report) == (status == 202 and bool(said))
