"""Yes and no, and marks of addresses, taken back honestly."""

import pytest

from contacts.actions import add_email, give_consent, lift_suppression, suppress, withdraw_consent
from contacts.actions.addresses import change_contact_point
from contacts.actions.bounces import note_hard_bounce
from contacts.imports.reverting import revert_import, told_in_words
from contacts.models import Consent, ContactPoint, Stakeholder, Suppression
from tests.factories import StakeholderFactory
from tests.imports.book import ANN, HEAD
from tests.imports.conftest import csv_of
from tests.imports.revert.report import left


class TestConsent:
    """Yes and no, taken back honestly."""

    def test_a_yes_said_again_since_counts(self, commit, ann, newsletter):
        run = commit(csv_of(HEAD, ANN), topics=["newsletter"])
        give_consent(ann, newsletter, source="join form", wording="Yes", language="en")
        revert_import(run)
        assert Stakeholder.objects.mailable(newsletter).get() == ann
        assert left(run) == {"said yes": 1}

    def test_the_next_file_may_say_yes_for_whom_it_was_taken_back(self, commit, ann, newsletter):
        revert_import(commit(csv_of(HEAD, ANN), topics=["newsletter"]))
        assert not Stakeholder.objects.mailable(newsletter).exists()
        commit(csv_of(HEAD, ANN), topics=["newsletter"])
        assert Stakeholder.objects.mailable(newsletter).get() == ann

    def test_but_not_for_whom_left_after_it_was_taken_back(self, commit, ann, newsletter):
        revert_import(commit(csv_of(HEAD, ANN), topics=["newsletter"]))
        give_consent(ann, newsletter, source="join form", wording="Yes", language="en")
        withdraw_consent(ann, newsletter, source="unsubscribe link")
        commit(csv_of(HEAD, ANN), topics=["newsletter"])
        assert not Stakeholder.objects.mailable(newsletter).exists()

    def test_a_no_of_the_file_stays(self, commit, ann, newsletter):
        give_consent(ann, newsletter, source="join form", wording="Yes", language="en")
        run = commit(csv_of((*HEAD[:3], "Status"), ("ann@example.org", "Ann", "", "unsubscribed")))
        revert_import(run)
        assert Consent.objects.get(topic=newsletter).state == "withdrawn"
        assert left(run) == {"no": 1}
        assert "a no is kept" in run.rows.get().message

    def test_a_shut_address_stays_shut(self, commit, ann):
        run = commit(csv_of((*HEAD[:3], "Status"), ("ann@example.org", "Ann", "", "cleaned")))
        revert_import(run)
        assert Suppression.objects.get().reason == "hard_bounce"
        assert ContactPoint.objects.get().status == "bad"
        assert left(run)["suppressed"] == 1

    def test_a_shut_address_that_staff_opened_again_is_no_news(self, commit, ann, staff):
        run = commit(csv_of((*HEAD[:3], "Status"), ("ann@example.org", "Ann", "", "cleaned")))
        lift_suppression(Suppression.objects.get(), reason="They wrote to us", by=staff)
        revert_import(run)
        assert "suppressed" not in left(run)

    def test_an_address_that_was_shut_otherwise_stays_shut(self, commit, ann):
        run = commit(csv_of(HEAD, ANN))
        suppress("ann@example.org", reason="complaint", source="provider")
        revert_import(run)
        assert Suppression.objects.count() == 1


class TestMarksOfAddresses:
    """“Does not work” and “complained” come with a block of the address, and go when that has gone."""

    @pytest.fixture
    def run(self, commit, ann):
        add_email(StakeholderFactory(first_name="Bo"), "ann@example.org")
        return commit(csv_of((*HEAD[:3], "Status"), ("ann@example.org", "Ann", "", "cleaned")))

    @pytest.fixture
    def opened(self, run, manager):
        """Somebody lifted the block since, and with it nothing but the block."""
        lift_suppression(Suppression.objects.get(), reason="They wrote to us", by=manager)
        return run

    def marks(self):
        return set(ContactPoint.objects.values_list("status", flat=True))

    def test_they_stay_while_the_address_is_shut(self, run):
        revert_import(run)
        assert self.marks() == {"bad"}

    def test_they_go_back_for_everybody_when_nobody_shuts_the_address_any_more(self, opened):
        assert self.marks() == {"bad"}
        revert_import(opened)
        assert self.marks() == {"valid"}
        assert opened.revert_report["done"]["statuses"] == 2
        assert told_in_words(opened) == ["2 addresses are marked as before."]

    def test_what_bounced_since_stays(self, opened):
        note_hard_bounce("ann@example.org", source="campaign:1")
        revert_import(opened)
        assert self.marks() == {"bad"}

    def test_what_somebody_marked_since_stays(self, opened, ann, staff):
        point = ann.contact_points.get()
        for status in ("valid", "bad"):
            change_contact_point(point, status=status, by=staff)
        revert_import(opened)
        assert ann.contact_points.get().status == "bad"
        assert opened.revert_report["done"]["statuses"] == 1

    def test_somebody_who_asked_not_to_be_written_to_is_not(self, commit, ann):
        run = commit(csv_of((*HEAD[:3], "Do not contact"), ("ann@example.org", "Ann", "", "yes")))
        revert_import(run)
        assert Suppression.objects.get().reason == "manual"
        assert self.marks() == {"valid"}
