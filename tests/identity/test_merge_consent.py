"""Merging: the stricter consent wins, and suppressed addresses stay so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Delivery, Variant
from contacts.actions import (
    give_consent,
    leave_everything,
    suppress,
    withdraw_consent,
)
from contacts.identity.merging import merge_stakeholders
from contacts.models import (
    Consent,
    ConsentEvent,
    ContactPoint,
    Stakeholder,
    Suppression,
)
from crm.invariants import ask_all
from tests.factories import (
    CampaignFactory,
)

pytestmark = pytest.mark.django_db


class TestConsent:
    def state(self, person):
        """The current word on each topic."""
        return dict(Consent.objects.filter(stakeholder=person).values_list("topic__slug", "state"))

    def say(self, person, topic, yes):
        """A yes or a no."""
        if yes:
            give_consent(person, topic, source="form", wording="Yes", language="en")
        else:
            withdraw_consent(person, topic, source="link")

    @pytest.mark.parametrize("first_leaves", [True, False])
    @pytest.mark.parametrize("survivor_leaves", [True, False])
    def test_who_left_has_left_whatever_was_said_last(
        self, first_leaves, survivor_leaves, ana, anna, newsletter, staff
    ):
        words = [(ana, not survivor_leaves), (anna, survivor_leaves)]
        for person, yes in sorted(words, key=lambda word: word[1] is first_leaves):
            self.say(person, newsletter, yes)
        merge = merge_stakeholders(ana, anna, by=staff)
        assert self.state(ana) == {"newsletter": "withdrawn"}
        added = ConsentEvent.objects.get(source=f"merge {merge.pk}")
        assert (added.stakeholder, added.by, added.evidence["merge"]) == (ana, staff, merge.pk)
        assert ConsentEvent.objects.filter(stakeholder=ana).count() == 3

    def test_a_yes_of_one_stays_when_the_other_never_spoke(self, ana, anna, newsletter, events_topic):
        self.say(ana, newsletter, True)
        self.say(anna, events_topic, True)
        merge_stakeholders(ana, anna, by=None)
        assert self.state(ana) == {"newsletter": "given", "events": "given"}
        assert not ConsentEvent.objects.filter(source__startswith="merge").exists()

    def test_a_yes_dated_ahead_does_not_outrun_the_no(self, ana, anna, newsletter):
        self.say(ana, newsletter, False)
        ahead = timezone.now() + timedelta(days=2)
        ConsentEvent.objects.create(
            stakeholder=anna, topic=newsletter, action="given", source="file", at=ahead, language="en"
        )
        merge_stakeholders(ana, anna, by=None)
        assert self.state(ana) == {"newsletter": "withdrawn"}

    def test_addresses_that_must_not_be_mailed_stay_so(self, ana, anna, newsletter):
        suppress("anna@example.org", reason="complaint", source="provider")
        self.say(ana, newsletter, True)
        merge_stakeholders(ana, anna, by=None)
        assert Suppression.objects.get().address == "anna@example.org"
        assert list(ContactPoint.objects.mailable().filter(stakeholder=ana).values_list("value", flat=True)) == [
            "ana@example.org"
        ]

    def test_who_left_everything_gets_nothing_afterwards(self, ana, anna, newsletter):
        self.say(ana, newsletter, True)
        leave_everything(anna, "anna@example.org", source="link")
        merge_stakeholders(ana, anna, by=None)
        assert not Stakeholder.objects.mailable(newsletter).exists()

    def test_mail_that_was_right_then_is_not_called_wrong_now(self, ana, anna, newsletter):
        now = timezone.now()
        at = {"topic": newsletter, "language": "en", "source": "x"}
        ConsentEvent.objects.create(stakeholder=anna, action="given", at=now - timedelta(days=9), **at)
        ConsentEvent.objects.create(stakeholder=ana, action="withdrawn", at=now - timedelta(days=5), **at)
        sent = {"state": "accepted", "intent_at": now - timedelta(days=2), "sent_at": now - timedelta(days=2)}
        campaign = CampaignFactory(topic=newsletter, state="sent", audience_size=1, launched_at=now - timedelta(days=2))
        Variant.objects.create(campaign=campaign, language="en", subject="Hi", html="Hi", text="Hi")
        Delivery.objects.create(campaign=campaign, stakeholder=anna, address="anna@example.org", **sent)
        assert not any(answer.broken for answer in ask_all())
        merge_stakeholders(ana, anna, by=None)
        assert not any(answer.broken for answer in ask_all())
