"""People whom the import put in the book: who goes, who stays, and why."""

import pytest

from contacts.actions import affiliate, tag_stakeholders, update_stakeholder, withdraw_consent
from contacts.identity.merging import merge_stakeholders
from contacts.imports.reverting import revert_import
from contacts.models import Consent, ConsentEvent, Stakeholder, Tag
from tests.factories import (
    GatheringFactory,
    OrganisationFactory,
    RegistrationFactory,
    SegmentFactory,
    StakeholderFactory,
)
from tests.imports.book import BO, HEAD
from tests.imports.conftest import counts, csv_of
from tests.imports.revert.report import left


class TestSomebodyNew:
    """People whom the import put in the book."""

    @pytest.fixture
    def run(self, commit, db):
        return commit(csv_of(HEAD, BO), topics=["newsletter"])

    @pytest.fixture
    def bo(self, run):
        return Stakeholder.objects.get(first_name="Bo")

    def stays(self, run, bo, reason):
        revert_import(run)
        assert Stakeholder.objects.filter(pk=bo.pk).exists()
        assert reason in left(run), left(run)
        assert run.rows.get(line=2).stakeholder == bo
        return run.rows.get(line=2).message

    def test_goes_when_nothing_else_says_anything_about_them(self, run):
        revert_import(run)
        assert not Stakeholder.objects.exists()
        assert not ConsentEvent.objects.exists()

    def test_stays_when_they_registered_for_an_event(self, run, bo):
        RegistrationFactory(stakeholder=bo)
        message = self.stays(run, bo, "engagement.Registration.stakeholder")
        assert message.startswith("Stays as it is: there is: registrations.")
        assert bo.contact_points.count() == 2

    def test_stays_when_they_host(self, run, bo):
        GatheringFactory(host=bo)
        self.stays(run, bo, "engagement.Gathering.host")

    def test_stays_when_somebody_edited_them(self, run, bo, staff):
        update_stakeholder(bo, notes="Called me", by=staff)
        assert "was changed by hand" in self.stays(run, bo, "edited")

    def test_stays_when_somebody_tagged_them(self, run, bo, staff):
        tag_stakeholders([bo.pk], ["Board"], by=staff)
        self.stays(run, bo, "contacts.Tagging.stakeholder")

    def test_stays_when_an_address_came_or_went(self, run, bo, staff):
        bo.contact_points.get(kind="phone").delete()
        self.stays(run, bo, "contacts.ContactPoint.stakeholder")

    def test_stays_when_somebody_gave_them_a_role(self, run, bo, staff):
        affiliate(bo, OrganisationFactory(), role="Chair", by=staff)
        self.stays(run, bo, "contacts.Affiliation.person")

    def test_stays_while_another_file_names_them_and_goes_once_that_is_taken_back_too(self, commit, run, bo):
        others = [commit(csv_of(HEAD, BO), partner=name) for name in ("Food Bank", "Night Shelter")]
        assert [counts(other) for other in others] == [{"unchanged": 1}] * 2
        self.stays(run, bo, "contacts.ImportRow.stakeholder")
        for other in others:
            assert Stakeholder.objects.filter(pk=bo.pk).exists()
            revert_import(other)
        assert not Stakeholder.objects.filter(pk=bo.pk).exists()
        assert others[1].revert_report["done"]["removed"] == 1

    def test_stays_when_somebody_edited_them_while_another_file_named_them(self, commit, run, bo, staff):
        other = commit(csv_of(HEAD, BO), partner="Food Bank")
        revert_import(run)
        update_stakeholder(bo, notes="Called me", by=staff)
        revert_import(other)
        assert Stakeholder.objects.filter(pk=bo.pk).exists()
        assert "was changed by hand" in other.rows.get(line=2).message

    @pytest.mark.parametrize("first", [0, 1])
    def test_goes_whichever_of_two_files_that_wrote_about_them_is_taken_back_first(self, commit, db, first):
        head = ("E-mail", "Name", "Zip", "Phone", "Tags")
        files = [
            commit(csv_of(head, ("bo@example.org", "Bo Ruiz", "28202", "", ""))),
            commit(
                csv_of(head, ("bo@example.org", "Bo Ruiz", "28203", "704-555-0199", "Donor")),
                partner="Food Bank",
                matches="update",
                topics=["newsletter"],
            ),
        ]
        for run in (files[first], files[1 - first]):
            revert_import(run)
        assert not Stakeholder.objects.exists()
        assert not Tag.objects.filter(name="Donor").exists()

    def test_goes_when_the_other_file_was_taken_back_before(self, commit, run, bo):
        revert_import(commit(csv_of(HEAD, BO), partner="Food Bank"))
        revert_import(run)
        assert not Stakeholder.objects.exists()

    def test_stays_when_they_were_merged_into_somebody(self, run, bo, staff):
        survivor = StakeholderFactory(first_name="Bo", last_name="Ruiz", email="bo@home.example.org")
        merge_stakeholders(survivor, bo, by=staff)
        revert_import(run)
        assert survivor.contact_points.filter(value="bo@example.org").exists()
        assert "contacts.StakeholderMerge.survivor" in left(run)
        assert "was merged with somebody" in run.rows.get(line=2).message

    def test_stays_when_somebody_was_merged_into_them(self, run, bo, staff):
        merge_stakeholders(bo, StakeholderFactory(first_name="Bo", last_name="Ruiz"), by=staff)
        self.stays(run, bo, "contacts.StakeholderMerge.survivor")

    def test_stays_without_the_yes_of_the_file(self, run, bo, newsletter):
        assert Stakeholder.objects.mailable(newsletter).exists()
        RegistrationFactory(stakeholder=bo)
        revert_import(run)
        assert not Stakeholder.objects.mailable(newsletter).exists()
        last = bo.consent_events.latest("pk")
        assert (last.action, last.source) == ("withdrawn", f"import {run.pk} taken back")

    def test_who_left_since_stays_and_has_left(self, run, bo, newsletter):
        withdraw_consent(bo, newsletter, source="unsubscribe link")
        revert_import(run)
        assert Consent.objects.get().state == "withdrawn"
        assert Consent.objects.get().event.source == "unsubscribe link"

    def test_an_organisation_stays_while_somebody_belongs_to_it(self, run, bo, staff):
        fund = Stakeholder.objects.get(kind="organisation")
        affiliate(StakeholderFactory(), fund, by=staff)
        revert_import(run)
        assert list(Stakeholder.objects.filter(kind="organisation")) == [fund]
        assert left(run) == {"contacts.Affiliation.organisation": 1}

    def test_a_new_tag_stays_while_it_is_used(self, run, bo, staff):
        tag_stakeholders([StakeholderFactory().pk], ["Donor"], by=staff)
        revert_import(run)
        assert Tag.objects.filter(name="Donor").exists()
        assert left(run) == {"tag": 1}

    def test_a_new_tag_stays_while_a_saved_question_asks_for_it(self, run, db):
        SegmentFactory(definition={"all": [{"criterion": "tag", "op": "any_of", "value": ["Donor"]}]})
        revert_import(run)
        assert Tag.objects.filter(name="Donor").exists()
