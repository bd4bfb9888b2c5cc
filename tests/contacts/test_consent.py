"""Yes and no: append-only, derived by the database, no record is no consent."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from pghistory.models import Context

from contacts.actions import (
    add_email,
    give_consent,
    leave_everything,
    lift_suppression,
    suppress,
    welcome_back,
    withdraw_consent,
)
from contacts.actions.suppression import NoReasonGiven
from contacts.models import Consent, ConsentEvent, Stakeholder, Suppression, Topic
from contacts.signals import consent_withdrawn
from tests.factories import StakeholderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return StakeholderFactory(first_name="Ana", email="ana@example.org")


def say_yes(person, topic):
    return give_consent(person, topic, source="join form", wording="Yes, write to me", language="en")


def test_no_record_is_no_consent(ana, newsletter):
    assert not Stakeholder.objects.consenting(newsletter).exists()


def test_a_yes_keeps_the_words_and_the_hand_that_wrote_it(ana, newsletter, staff):
    event = give_consent(
        ana,
        newsletter,
        source="desk",
        wording="Sí, escríbanme",
        language="es",
        evidence={"note": "by phone"},
        by=staff,
    )
    event.refresh_from_db()
    assert (event.wording, event.language, event.evidence, event.by) == (
        "Sí, escríbanme",
        "es",
        {"note": "by phone"},
        staff,
    )
    assert Consent.objects.get().event == event


def test_the_latest_word_counts(ana, newsletter):
    say_yes(ana, newsletter)
    withdraw_consent(ana, newsletter, source="leave link")
    assert not Stakeholder.objects.consenting(newsletter).exists()
    say_yes(ana, newsletter)
    assert Stakeholder.objects.consenting(newsletter).get() == ana


def test_an_old_yes_that_arrives_late_does_not_undo_a_no(ana, newsletter):
    withdraw_consent(ana, newsletter, source="leave link")
    ConsentEvent.objects.create(
        stakeholder=ana,
        topic=newsletter,
        action="given",
        source="old list",
        at=timezone.now() - timedelta(days=30),
    )
    assert Consent.objects.get().state == "withdrawn"


def test_many_events_of_one_statement_are_derived_too(newsletter):
    people = StakeholderFactory.create_batch(3)
    now = timezone.now()
    ConsentEvent.objects.bulk_create(
        [ConsentEvent(stakeholder=p, topic=newsletter, action="given", source="import", at=now) for p in people]
        + [ConsentEvent(stakeholder=people[0], topic=newsletter, action="withdrawn", source="import", at=now)]
    )
    assert set(Stakeholder.objects.consenting(newsletter)) == set(people[1:])


@pytest.mark.parametrize(
    "deed", ["UPDATE contacts_consentevent SET action = 'withdrawn'", "DELETE FROM contacts_consentevent"]
)
def test_what_was_said_cannot_be_changed(ana, newsletter, deed):
    say_yes(ana, newsletter)
    with (
        pytest.raises(ProgrammingError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(deed)


def test_leaving_twice_is_one_word(ana, newsletter):
    say_yes(ana, newsletter)
    assert withdraw_consent(ana, newsletter, source="leave link")
    assert withdraw_consent(ana, newsletter, source="leave link") is None
    assert ConsentEvent.objects.filter(action="withdrawn").count() == 1


def test_leaving_is_announced_after_the_commit(ana, newsletter, django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, stakeholder_id, topic_ids, **more):
        heard.append((stakeholder_id, topic_ids))

    consent_withdrawn.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            withdraw_consent(ana, newsletter, source="leave link")
            assert heard == []
    finally:
        consent_withdrawn.disconnect(listen)
    assert heard == [(ana.pk, [newsletter.pk])]


def test_leaving_everything_says_no_to_each_topic_and_suppresses_the_address(ana, newsletter):
    say_yes(ana, newsletter)
    leave_everything(ana, "Ana@Example.org", source="leave link")
    assert Consent.objects.filter(stakeholder=ana, state="withdrawn").count() == Topic.objects.count()
    assert Suppression.objects.get().reason == "unsubscribed"
    say_yes(ana, newsletter)
    assert not Stakeholder.objects.mailable(newsletter).exists()


class TestSharedInbox:
    @pytest.fixture
    def couple(self, newsletter):
        couple = [
            StakeholderFactory(first_name="Lee", email="home@example.org"),
            StakeholderFactory(first_name="Kim", email="Home@example.org"),
        ]
        for person in couple:
            say_yes(person, newsletter)
        return couple

    def test_one_leaves_a_topic_and_the_other_stays(self, couple, newsletter):
        withdraw_consent(couple[0], newsletter, source="leave link")
        assert list(Stakeholder.objects.mailable(newsletter)) == [couple[1]]

    def test_a_suppressed_inbox_silences_both(self, couple, newsletter):
        suppress("HOME@example.org", reason="complaint", source="provider")
        assert not Stakeholder.objects.mailable(newsletter).exists()

    def test_another_address_of_one_of_them_still_works(self, couple, newsletter):
        add_email(couple[0], "lee@example.org")
        suppress("home@example.org", reason="complaint", source="provider")
        assert list(Stakeholder.objects.mailable(newsletter)) == [couple[0]]


class TestSuppression:
    def test_it_is_known_by_its_hash_after_the_address_is_gone(self, newsletter):
        suppress("ana@example.org", reason="manual", source="letter")
        Suppression.objects.update(address="")
        say_yes(StakeholderFactory(email="ANA@example.org"), newsletter)
        assert not Stakeholder.objects.mailable(newsletter).exists()

    def test_the_graver_reason_stays(self):
        suppress("ana@example.org", reason="unsubscribed", source="link")
        suppress("ana@example.org", reason="complaint", source="provider")
        suppress("ana@example.org", reason="unsubscribed", source="link")
        assert Suppression.objects.get().reason == "complaint"

    def test_lifting_needs_a_reason_and_leaves_a_trace(self, manager):
        row = suppress("ana@example.org", reason="manual", source="letter")
        with pytest.raises(NoReasonGiven):
            lift_suppression(row, reason="  ", by=manager)
        lift_suppression(row, reason="They wrote again", by=manager)
        assert not Suppression.objects.exists()
        context = Context.objects.get(metadata__verb="lift_suppression")
        assert (context.metadata["user"], context.metadata["reason"]) == (manager.pk, "They wrote again")

    def test_coming_back_undoes_only_the_own_leaving(self):
        suppress("ana@example.org", reason="unsubscribed", source="link")
        assert welcome_back("Ana@example.org", source="join form")
        suppress("ana@example.org", reason="complaint", source="provider")
        assert not welcome_back("ana@example.org", source="join form")
        assert Suppression.objects.exists()
