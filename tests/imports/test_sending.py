"""Sending a file on its terms, hearing that it came before, and changing the terms afterwards."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from contacts.imports.models import ImportRun, Partner
from contacts.models import Topic
from tests.factories import StakeholderFactory
from tests.imports.conftest import csv_of

SEND = reverse("admin:contacts_importrun_add")
KNOWN = reverse("admin:contacts_importrun_known")
FILE = csv_of(("E-mail", "First name", "Last name", "Zip"), ("ann@example.org", "Ann", "Lee", "28202"))


def send(client, **fields):
    """Fill in the form and follow to the page of the file."""
    form = {"file": SimpleUploadedFile("list.csv", FILE), "new_partner": "Community House", **fields}
    return client.post(SEND, form, follow=True)


def terms_of(run: ImportRun) -> tuple:
    """The policy of a run."""
    return run.matches, run.rule, run.blanks, run.system, run.tags


@pytest.fixture
def house(partner):
    """The organisation of the partner of the cast."""
    house = Partner.objects.create(name="Community House")
    house.members.add(partner)
    return house


def test_a_file_without_a_word_fills_blanks_by_the_narrow_rule(staff, client_of):
    send(client_of(staff))
    run = ImportRun.objects.get()
    assert (terms_of(run), run.door) == (("fill", "narrow", False, "", []), "office")


def test_every_choice_is_kept_with_the_run(staff, client_of):
    newsletter, day = Topic.objects.get(slug="newsletter"), timezone.localdate() - timedelta(days=3)
    send(
        client_of(staff), topics=[newsletter.pk], wording="Yes, write to me.", consented_on=day.isoformat(),
        policy="update", blanks="on", rule="number", system=" Sales Force ", tags="fall forum, West Side, fall Forum",
    )  # fmt: skip
    run = ImportRun.objects.get()
    assert terms_of(run) == ("update", "number", True, "sales-force", ["fall Forum", "West Side"])
    assert run.state == "checked"
    assert client_of(staff).get(reverse("admin:contacts_importrun_change", args=[run.pk])).status_code == 200
    assert (list(run.topics.all()), run.consent_wording, run.consented_on) == ([newsletter], "Yes, write to me.", day)


def test_empty_cells_empty_nothing_unless_the_file_is_taken(staff, client_of):
    send(client_of(staff), policy="fill", blanks="on")
    assert not ImportRun.objects.get().blanks


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rule": "number"}, "Name the system"),
        ({"consented_on": "2999-01-01"}, "still to come"),
        ({"policy": "guess"}, "Select a valid choice"),
        ({"new_partner": ""}, "Say which partner"),
    ],
)
def test_a_slip_is_said_beside_its_field_and_nothing_is_sent(staff, client_of, fields, said):
    page = send(client_of(staff), **fields).content.decode()
    assert said in page
    assert not ImportRun.objects.exists()


def test_the_next_file_of_a_partner_starts_with_the_terms_of_the_last(staff, client_of):
    client = client_of(staff)
    send(client, policy="skip", system="mailchimp", tags="west side")
    house = Partner.objects.get()
    fragment = client.get(SEND, {"partner": house.pk}, headers={"HX-Request": "true"}).content.decode()
    assert '<option value="' not in fragment
    for text in ('value="mailchimp"', 'value="west side"', '<details class="imports-more" open>'):
        assert text in fragment
    assert "open>" not in client.get(SEND).content.decode()


def test_a_yes_is_stated_anew_for_each_file(staff, client_of):
    newsletter = Topic.objects.get(slug="newsletter")
    client = client_of(staff)
    send(client, topics=[newsletter.pk], wording="Keep me posted.")
    answer = client.get(SEND, {"partner": Partner.objects.get().pk})
    assert answer.context["form"]["topics"].value() is None
    assert "Keep me posted." not in answer.content.decode()


def test_no_field_is_called_by_dashes(staff, client_of):
    page = client_of(staff).get(SEND).content.decode()
    assert "---------" not in page
    assert "Choose a partner" in page


class TestTheSameFileAgain:
    """It is announced before it is sent, to whoever may know of the first."""

    def asked(self, client, content: bytes = FILE) -> str:
        """What is said about a file that was chosen but not sent."""
        return client.get(KNOWN, {"sha256": hashlib.sha256(content).hexdigest()}).content.decode()

    def test_it_is_announced_before(self, staff, client_of, check):
        client = client_of(staff)
        assert "came before" not in self.asked(client)
        check(FILE)
        assert "came before, from Community House" in self.asked(client)
        assert "came before" not in self.asked(client, b"another")

    def test_a_partner_hears_of_their_own_files_only(self, partner, house, client_of, check):
        check(FILE, partner="Somebody Else")
        assert "came before" not in self.asked(client_of(partner))
        check(FILE)
        assert "came before" in self.asked(client_of(partner))

    def test_nonsense_is_nothing_known(self, staff, client_of, check):
        check(FILE)
        assert client_of(staff).get(KNOWN, {"sha256": "%"}).content.strip() == b""


class TestPartners:
    """They say what people agreed to; what is done with the book is for staff to say."""

    def test_their_own_organisation_is_chosen_for_them(self, partner, house, client_of):
        page = client_of(partner).get(SEND).content.decode()
        assert "From <b>Community House</b>" in page
        assert "What happens to people who are in the book already?" not in page

    def test_they_cannot_say_what_is_done_with_the_book(self, partner, house, client_of):
        form = {"file": SimpleUploadedFile("list.csv", FILE), "partner": house.pk, "policy": "update", "tags": "x"}
        client_of(partner).post(SEND, form)
        run = ImportRun.objects.get()
        assert (terms_of(run), run.door, run.by) == (("fill", "narrow", False, "", []), "partner", partner)


class TestChangingTheTerms:
    """Staff change what was chosen; the file is checked again and nothing is saved."""

    def terms(self, client, run, **fields):
        """Change the terms and follow to the page of the file."""
        return client.post(reverse("admin:contacts_importrun_terms", args=[run.pk]), fields, follow=True)

    def test_the_file_is_checked_again_on_its_new_terms(self, staff, client_of, check):
        run = check(FILE)
        self.terms(client_of(staff), run, policy="skip", tags="west side", wording="")
        run.refresh_from_db()
        assert (run.state, terms_of(run)) == ("checked", ("skip", "narrow", False, "", ["west side"]))

    def test_a_saved_file_keeps_its_terms(self, staff, client_of, commit):
        run = commit(FILE)
        page = self.terms(client_of(staff), run, policy="skip").content.decode()
        assert "its choices stay as they are" in page
        run.refresh_from_db()
        assert run.matches == "fill"

    def test_partners_cannot(self, partner, house, client_of, check):
        StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
        run = check(FILE)
        answer = client_of(partner).get(reverse("admin:contacts_importrun_terms", args=[run.pk]))
        assert answer.status_code == 403

    def test_history_says_who_changed_them_and_what_they_were(self, staff, manager, client_of, check):
        run = check(FILE, topics=["newsletter"], tags=("fair",))
        self.terms(client_of(staff), run, policy="skip", tags="west side", wording="At the door")
        before = run.terms_before.get()
        assert (before.matches, before.tags, before.consent_wording) == ("fill", ["fair"], "")
        facts = before.pgh_context.metadata
        assert (facts["user"], facts["topics_before"], facts["topics"]) == (staff.pk, "newsletter", "")
        assert facts["source"] == f"import {run.pk}"
        page = client_of(manager).get("/history/", {"kind": "contacts.importrun"}).content.decode()
        assert "Staff" in page
        assert "changed the terms of a partner&#x27;s file" in page

    def test_the_same_terms_again_are_no_change(self, staff, client_of, check):
        run = check(FILE)
        self.terms(client_of(staff), run, policy="fill", tags="", wording="")
        assert not run.terms_before.exists()
