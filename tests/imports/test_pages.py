"""The back office's pages of imports: send, look, save, mend; and who sees whose."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.imports.models import ImportRun, Partner
from contacts.models import Consent, Stakeholder
from contacts.tasks import commit_received_file
from tests.factories import StakeholderFactory
from tests.imports.conftest import csv_of

HEAD = ("E-mail", "First name", "Last name", "Zip", "Shoe size")
SEND = reverse("admin:contacts_importrun_add")
LIST = reverse("admin:contacts_importrun_changelist")


def upload(client, content: bytes, **fields):
    """Send a file by the form and follow to its page."""
    form = {"file": SimpleUploadedFile("list.csv", content), "new_partner": "Community House", **fields}
    return client.post(SEND, form, follow=True)


def of(run: ImportRun, door: str = "change") -> str:
    """The address of a run's door."""
    return reverse(f"admin:contacts_importrun_{door}", args=[run.pk])


def test_staff_send_look_save_and_mend(staff, client_of):
    client = client_of(staff)
    known = StakeholderFactory(first_name="Ann", last_name="Lee", email="ann@example.org")
    newsletter = "newsletter"
    content = csv_of(
        HEAD, ("ann@example.org", "Ann", "Lee", "28202", "7"), ("bo@example.org", "Bo", "Lee", "", ""),
        ("nobody at all", "=cmd()", "King", "", ""),
    )  # fmt: skip
    topic = Consent.topic.field.related_model.objects.get(slug=newsletter)
    page = upload(client, content, topics=[topic.pk], wording="Sign-up sheet at the fair").content.decode()
    run = ImportRun.objects.get()
    assert (run.state, run.by, run.counts["created"]) == (ImportRun.State.CHECKED, staff, 1)
    assert "“nobody at all” is not an e-mail address." in page
    assert "These columns were left out: Shoe size." in page
    assert "28202" in page
    assert not Stakeholder.objects.filter(name="Bo Lee").exists()

    page = client.post(of(run, "save"), follow=True).content.decode()
    assert "Look at this first and tick it: 33 % of the rows are rejected" in page
    client.post(of(run, "save"), {"tick": ["many_rejected"]})
    run.refresh_from_db()
    assert (run.state, run.job.owner) == (ImportRun.State.COMMITTING, staff)
    commit_received_file(run.pk)
    run.refresh_from_db()
    known.refresh_from_db()
    assert (run.state, run.job.state, known.zip) == (ImportRun.State.COMMITTED, "done", "28202")
    assert Consent.objects.filter(state="given").count() == 2
    assert known.consent_events.get().wording == "Sign-up sheet at the fair"
    assert "rows, saved" in client.get(of(run)).content.decode()

    answer = client.get(of(run, "rejected"))
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeffE-mail,First name,Last name,Zip,Shoe size,Line,Column,Why it was not taken\r\n")
    assert "nobody at all,'=cmd(),King,,,4,E-mail," in text


def test_a_mended_file_of_rejected_rows_can_be_sent_again(staff, client_of, commit):
    run = commit(csv_of(HEAD, ("bo at example.org", "Bo", "Lee", "", "")))
    mended = b"".join(client_of(staff).get(of(run, "rejected")).streaming_content).replace(b" at ", b"@")
    again = commit(mended)
    assert again.counts["created"] == 1


def test_a_file_that_cannot_be_read_says_so_on_its_page(staff, client_of):
    page = upload(client_of(staff), b"%PDF-1.7 nothing").content.decode()
    assert "This file cannot be read" in page
    assert "PDF" in page


def test_a_file_comes_from_one_partner(staff, client_of):
    known = Partner.objects.create(name="Known House")
    page = upload(client_of(staff), b"E-mail\nbo@example.org\n", partner=known.pk).content.decode()
    assert "Choose a partner or name a new one, not both." in page
    assert not ImportRun.objects.exists()


def test_the_same_file_again_is_announced(staff, client_of):
    client = client_of(staff)
    content = csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", ""))
    assert "was sent before" not in upload(client, content).content.decode()
    assert "was sent before" in upload(client, content).content.decode()


def test_a_run_is_saved_once(staff, client_of, commit):
    run = commit(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", "")))
    page = client_of(staff).post(of(run, "save"), follow=True).content.decode()
    assert "cannot be saved now" in page


def test_samples_are_forgotten_once_the_file_is_saved(commit):
    run = commit(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", "")))
    assert all(column["samples"] == [] for column in run.mapping["columns"])


class TestPartners:
    """People of a partner see their own files and nothing of the book."""

    @pytest.fixture
    def house(self, partner):
        """The partner's own organisation."""
        house = Partner.objects.create(name="Community House")
        house.members.add(partner)
        return house

    def test_they_send_for_their_own_organisation(self, partner, house, client_of):
        other = Partner.objects.create(name="Somebody Else")
        client = client_of(partner)
        content = csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", ""))
        assert "Somebody Else" not in client.get(SEND).content.decode()
        upload(client, content, partner=other.pk)
        assert not ImportRun.objects.exists()
        page = upload(client, content, partner=house.pk).content.decode()
        assert ImportRun.objects.get().partner == house
        assert "The Alliance looks at the file" in page

    def test_they_see_only_their_own_files(self, partner, house, client_of, check):
        mine = check(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", "")))
        other = check(csv_of(HEAD, ("cy@example.org", "Cy", "Lee", "", "")), partner="Else", name="secret.csv")
        client = client_of(partner)
        assert client.get(of(mine)).status_code == 200
        assert client.get(of(other)).status_code == 302
        assert client.get(of(other, "rejected")).status_code == 404
        assert "secret.csv" not in client.get(LIST).content.decode()

    def test_they_see_nothing_of_the_book(self, partner, house, client_of, check):
        StakeholderFactory(first_name="Bo", last_name="Lee", zip="", notes="private", email="bo@example.org")
        run = check(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "28202", "")))
        assert run.counts["updated"] == 1
        page = client_of(partner).get(of(run)).content.decode()
        assert "First changes" not in page
        assert "stakeholder" not in page

    def test_they_cannot_save(self, partner, house, client_of, check):
        run = check(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", "")))
        client_of(partner).post(of(run, "save"))
        run.refresh_from_db()
        assert run.state == ImportRun.State.CHECKED


@pytest.mark.parametrize("role", ["organizer", "analyst"])
def test_others_find_nothing_here(role, request, client_of, check):
    run = check(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", "")))
    client = client_of(request.getfixturevalue(role))
    assert client.get(LIST).status_code == 403
    assert client.get(SEND).status_code == 302
    assert client.get(of(run, "rejected")).status_code in (302, 404)
