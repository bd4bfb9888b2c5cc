"""What a file may say about writing to people, and what it may never do."""

import pytest

from contacts.actions import give_consent, leave_everything, suppress, withdraw_consent
from contacts.imports.warnings.ticks import texts_of
from contacts.models import Consent, ContactPoint, Stakeholder, Suppression, Topic
from tests.factories import StakeholderFactory
from tests.imports.conftest import counts, csv_of

HEAD = ("E-mail", "First name", "Last name")
ANN = ("ann@example.org", "Ann", "Lee")


@pytest.fixture
def ann(db):
    """Ann is in the book and was never asked."""
    return StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")


@pytest.fixture
def newsletter(db):
    """The topic of these files."""
    return Topic.objects.get(slug="newsletter")


def said(person) -> dict[str, str]:
    """The latest word of a person on each topic."""
    return dict(Consent.objects.filter(stakeholder=person).values_list("topic__slug", "state"))


def test_without_a_topic_nobody_agrees_to_anything(commit, ann):
    run = commit(csv_of((*HEAD, "Status"), (*ANN, "subscribed")))
    assert said(ann) == {}
    assert any("No topic was chosen" in text for text in texts_of(run))


def test_a_topic_of_the_run_is_a_yes_with_wording_source_and_evidence(commit, ann, newsletter):
    run = commit(csv_of(HEAD, ANN), topics=["newsletter"])
    assert counts(run) == {"updated": 1}
    event = ann.consent_events.get()
    assert (event.action, event.topic, event.evidence) == ("given", newsletter, {"run": run.pk, "line": 2})
    assert "Community House" in event.wording
    assert f"import {run.pk}" in event.source


def test_the_same_yes_is_written_once(commit, ann):
    commit(csv_of(HEAD, ANN), topics=["newsletter"])
    assert counts(commit(csv_of(HEAD, ANN), topics=["newsletter"])) == {"unchanged": 1}
    assert ann.consent_events.count() == 1


@pytest.mark.parametrize("word", ["Subscribed", "active", "Suscrito", "opted in"])
def test_a_status_that_says_subscribed_agrees(commit, ann, word):
    commit(csv_of((*HEAD, "Email status"), (*ANN, word)), topics=["newsletter"])
    assert said(ann) == {"newsletter": "given"}


@pytest.mark.parametrize("word", ["", "pending", "non-subscribed", "VIP"])
def test_a_file_with_a_status_column_needs_the_word(commit, ann, word):
    commit(
        csv_of((*HEAD, "Email status"), (*ANN, word), ("x@example.org", "X", "Y", "subscribed")), topics=["newsletter"]
    )
    assert said(ann) == {}


@pytest.mark.parametrize(
    ("word", "verdict"), [("yes", "given"), ("sí", "given"), ("x", "given"), ("no", ""), ("N/A", "")]
)
def test_a_column_for_the_yes_is_read(commit, ann, word, verdict):
    commit(csv_of((*HEAD, "Email Opt-in"), (*ANN, word)), topics=["newsletter"])
    assert said(ann).get("newsletter", "") == verdict


def test_nobody_who_left_is_turned_back_on(commit, ann, newsletter):
    give_consent(ann, newsletter, source="join form", wording="Yes", language="en")
    withdraw_consent(ann, newsletter, source="unsubscribe link")
    run = commit(csv_of((*HEAD, "Status"), (*ANN, "subscribed")), topics=["newsletter"])
    assert (said(ann), counts(run)) == ({"newsletter": "withdrawn"}, {"unchanged": 1})


def test_a_suppressed_address_stays_so_for_whoever_brings_it(commit, ann, newsletter):
    leave_everything(ann, "ann@example.org", source="unsubscribe link")
    run = commit(csv_of(HEAD, ANN, ("ann@example.org", "Bo", "Lee")), topics=["newsletter"])
    assert Suppression.objects.get().reason == "unsubscribed"
    assert not Consent.objects.filter(state="given").exists()
    assert not Stakeholder.objects.mailable(newsletter).exists()
    assert any("must not be mailed; it stays so" in text for text in texts_of(run))


def test_an_erased_address_is_known_by_its_print_alone(commit, db):
    suppress("gone@example.org", reason="manual", source="erasure")
    Suppression.objects.update(address="")
    commit(csv_of(HEAD, ("gone@example.org", "Go", "Ne")), topics=["newsletter"])
    assert not Consent.objects.exists()


class TestNo:
    """Markers that forbid."""

    def test_unsubscribed_leaves_the_topics_of_the_run(self, commit, ann, newsletter):
        for topic in Topic.objects.filter(slug__in=["newsletter", "events"]):
            give_consent(ann, topic, source="join form", wording="Yes", language="en")
        run = commit(csv_of((*HEAD, "Status"), (*ANN, "Unsubscribed")), topics=["newsletter"])
        assert counts(run) == {"updated": 1}
        assert said(ann) == {"newsletter": "withdrawn", "events": "given"}

    def test_unsubscribed_without_a_topic_leaves_all(self, commit, ann):
        commit(csv_of((*HEAD, "Status"), (*ANN, "Dado de baja")))
        assert set(said(ann).values()) == {"withdrawn"}
        assert len(said(ann)) == Topic.objects.count()

    def test_a_new_person_who_said_no_cannot_be_turned_on_by_the_next_file(self, commit):
        commit(csv_of((*HEAD, "Status"), (*ANN, "unsubscribed")), topics=["newsletter"])
        commit(csv_of((*HEAD, "Status"), (*ANN, "subscribed")), topics=["newsletter"])
        assert set(Consent.objects.values_list("state", flat=True)) == {"withdrawn"}

    @pytest.mark.parametrize(
        ("word", "reason", "status"),
        [
            ("Cleaned", "hard_bounce", "bad"),
            ("Hard bounce", "hard_bounce", "bad"),
            ("Abuse", "complaint", "complained"),
        ],
    )
    def test_dead_and_complaining_addresses_are_suppressed(self, commit, ann, word, reason, status):
        commit(csv_of((*HEAD, "Status"), (*ANN, word)), topics=["newsletter"])
        assert Suppression.objects.get().reason == reason
        assert ContactPoint.objects.get().status == status
        assert "given" not in said(ann).values()

    def test_do_not_contact_withdraws_and_suppresses(self, commit, ann, newsletter):
        give_consent(ann, newsletter, source="join form", wording="Yes", language="en")
        commit(csv_of((*HEAD, "Do not contact"), (*ANN, "TRUE")), topics=["newsletter"])
        assert Suppression.objects.get().reason == "manual"
        assert said(ann)["newsletter"] == "withdrawn"

    def test_mailchimp_says_it_in_the_name_of_the_file(self, commit, ann):
        commit(csv_of(HEAD, ANN), name="cleaned_members_export_1a2b.csv", topics=["newsletter"])
        assert Suppression.objects.get().reason == "hard_bounce"

    def test_the_strictest_of_repeated_rows_binds(self, commit, ann):
        commit(csv_of((*HEAD, "Status"), (*ANN, "subscribed"), (*ANN, "unsubscribed")), topics=["newsletter"])
        assert said(ann) == {"newsletter": "withdrawn"}

    def test_an_ambiguous_row_still_shuts_its_dead_address(self, commit, ann):
        StakeholderFactory(first_name="Bo", last_name="Lee", email="ann@example.org")
        run = commit(csv_of(("E-mail", "Status"), ("ann@example.org", "cleaned")))
        assert counts(run) == {"ambiguous": 1}
        assert Suppression.objects.get().reason == "hard_bounce"
