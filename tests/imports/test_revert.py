"""Taking an import back: what goes, what stays, and that it says why."""

import pytest

from contacts.actions import (
    add_contact_point,
    add_email,
    add_phone,
    affiliate,
    give_consent,
    lift_suppression,
    make_primary,
    suppress,
    tag_stakeholders,
    update_stakeholder,
    withdraw_consent,
)
from contacts.actions.addresses import change_contact_point
from contacts.actions.bounces import note_hard_bounce
from contacts.identity.merging import merge_stakeholders
from contacts.imports.actions import State
from contacts.imports.reverting import revert_import, steps, told_in_words
from contacts.models import Consent, ConsentEvent, ContactPoint, CustomField, Stakeholder, Suppression, Tag, Topic
from tests.factories import (
    GatheringFactory,
    OrganisationFactory,
    RegistrationFactory,
    SegmentFactory,
    StakeholderFactory,
)
from tests.imports.book import ANN, BO, HEAD, snapshot
from tests.imports.conftest import counts, csv_of


@pytest.fixture
def newsletter(db):
    return Topic.objects.get(slug="newsletter")


def left(run):
    return run.revert_report["left"]


def test_nobody_did_anything_since_and_the_book_is_as_it_was(commit, ann, staff):
    OrganisationFactory(name="Grace Church")
    before = snapshot()
    grace = ("", "", "", "", "28202", "", "Grace Church", "", "Faith")
    shelter = ("", "", "", "", "28203", "Donor", "Night Shelter", "", "Nonprofit")
    run = commit(csv_of(HEAD, ANN, BO, grace, shelter), topics=["newsletter", "events"])
    assert counts(run) == {"updated": 2, "created": 2}
    assert snapshot() != before
    revert_import(run, by=staff)
    assert snapshot() == before
    assert (run.state, run.reverted_by, left(run)) == (State.REVERTED, staff, {})
    assert run.revert_report["done"]["removed"] == 1
    assert not run.rows.exclude(stakeholder=None).filter(outcome="created").exists()


def test_history_says_who_took_it_back(commit, ann, staff, manager, client_of):
    run = commit(csv_of(HEAD, ANN, BO))
    revert_import(run, by=staff)
    revert_import(run, by=manager)
    page = client_of(manager).get("/history/?kind=contacts.importrun").content.decode()
    assert "took back a partner&#x27;s file" in page
    assert page.count("taken back: file from a partner") == 1
    assert "Staff" in page


def test_chunks_of_one_row_do_the_same(commit, ann, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 1)
    before = snapshot()
    run = commit(csv_of(HEAD, ANN, BO), topics=["newsletter"])
    revert_import(run)
    assert snapshot() == before


def test_what_somebody_edited_stays_and_the_rest_goes_back(commit, ann, staff):
    run = commit(csv_of(HEAD, ANN))
    ann.refresh_from_db()
    update_stakeholder(ann, zip="28210", by=staff)
    revert_import(run)
    ann.refresh_from_db()
    assert (ann.zip, ann.last_name) == ("28210", "")
    assert left(run) == {"field:zip": 1}
    assert run.rows.get(line=2).message == "Stays as it is: the zip code was changed since."


def test_an_address_made_the_main_one_since_stays(commit, ann, staff):
    run = commit(csv_of(("E-mail", "E-mail 2", "Name"), ("ann@example.org", "a@lee.example.org", "Ann Lee")))
    make_primary(ContactPoint.objects.get(normalized="a@lee.example.org"), by=staff)
    revert_import(run)
    assert ann.contact_points.count() == 2
    assert left(run) == {"point": 1}


def test_an_address_that_is_not_the_main_one_any_more_goes(commit, ann, staff):
    run = commit(csv_of(HEAD, ANN))
    make_primary(add_phone(ann, "704-555-0199", by=staff), by=staff)
    revert_import(run)
    numbers = ann.contact_points.filter(kind="phone")
    assert list(numbers.values_list("value", "is_primary")) == [("704-555-0199", True)]


def test_the_next_number_becomes_the_main_one(commit, ann, staff):
    run = commit(csv_of(HEAD, ANN))
    add_phone(ann, "704-555-0199", by=staff)
    revert_import(run)
    numbers = ann.contact_points.filter(kind="phone")
    assert list(numbers.values_list("value", "is_primary")) == [("704-555-0199", True)]


def test_a_role_that_ended_since_stays(commit, ann):
    run = commit(csv_of(HEAD, ANN))
    ann.affiliations.update(ended_on="2026-01-01")
    revert_import(run)
    assert ann.affiliations.count() == 1
    assert left(run) == {"affiliation": 1, "contacts.Affiliation.organisation": 1}
    assert "people belong to it" in run.rows.get(line=2).message


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


class TestTwoFiles:
    """One writes over what the other wrote; in which order they are taken back makes no difference."""

    HEAD = ("E-mail", "Name", "Zip", "Street", "Ward")

    @pytest.fixture
    def files(self, commit, ann):
        CustomField.objects.create(slug="ward", name_en="Ward")
        add_contact_point(ann, "postal", "9 Ash St, Charlotte")
        self.before = snapshot()
        rows = (
            ("ann@example.org", "Ann Lee", "28202", "1 Oak St", "1"),
            ("ann@example.org", "Ann Lee", "28203", "2 Oak St", "2"),
        )
        names = ("Community House", "Food Bank")
        return [
            commit(csv_of(self.HEAD, row), partner=name, matches="update")
            for row, name in zip(rows, names, strict=True)
        ]

    def test_the_later_one_first(self, files):
        for run in reversed(files):
            revert_import(run)
        assert snapshot() == self.before

    def test_the_first_one_first(self, files, ann):
        revert_import(files[0])
        ann.refresh_from_db()
        assert (ann.zip, ann.custom) == ("28203", {"ward": "2"})
        assert left(files[0]) == {"field:zip": 1, "custom:ward": 1}
        revert_import(files[1])
        assert snapshot() == self.before

    def test_what_somebody_wrote_between_them_is_what_stays(self, commit, ann, staff):
        first = commit(csv_of(self.HEAD[:3], ("ann@example.org", "Ann Lee", "28202")), matches="update")
        ann.refresh_from_db()
        update_stakeholder(ann, zip="28299", by=staff)
        second = commit(csv_of(self.HEAD[:3], ("ann@example.org", "Ann Lee", "28203")), matches="update", partner="B")
        for run in (first, second):
            revert_import(run)
        ann.refresh_from_db()
        assert ann.zip == "28299"
