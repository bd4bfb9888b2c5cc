"""The back office's pages of imports: send, look, save, mend; and who sees whose."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.imports.actions import commit_import
from contacts.imports.models import ImportRun, Partner
from contacts.models import Consent, Stakeholder
from contacts.tasks import commit_received_file
from tests.factories import ContactPointFactory, StakeholderFactory
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
    run = commit(csv_of(HEAD[:-1], ("bo at example.org", "Bo", "Lee", "")))
    mended = b"".join(client_of(staff).get(of(run, "rejected")).streaming_content).replace(b" at ", b"@")
    again = commit(mended)
    assert not [one["text"] for one in again.warnings if one["code"] == "columns"]
    assert again.counts["created"] == 1


def test_a_file_that_cannot_be_read_says_so_on_its_page(staff, client_of):
    page = upload(client_of(staff), b"%PDF-1.7 nothing").content.decode()
    assert "This file cannot be read" in page
    assert "PDF" in page


def test_columns_can_be_named_only_where_there_are_some(staff, client_of):
    words = "Say what its columns mean"
    assert words not in upload(client_of(staff), b"%PDF-1.7 " + bytes(range(256))).content.decode()
    assert words not in upload(client_of(staff), csv_of(HEAD)).content.decode()
    assert words in upload(client_of(staff), csv_of(("City", "Zip"), ("Charlotte", "28202"))).content.decode()


def test_a_file_with_hundreds_of_columns_names_only_some(check):
    run = check(csv_of(("E-mail", *[f"Question {n}" for n in range(198)]), ["ann@example.org", *["yes"] * 198]))
    said = [warning["text"] for warning in run.warnings if warning["code"] == "columns"]
    assert len(said) == 1
    assert said[0].endswith("Question 11 and 186 more.")


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


STATES = ImportRun.State
TOO_LATE = {
    STATES.COMMITTED: "saved already, perhaps from another window",
    STATES.COMMITTING: "being saved already",
    STATES.REVERTING: "being taken back",
    STATES.REVERTED: "was taken back",
    STATES.CANCELLED: "was stopped",
    STATES.CHECKING: "still being checked",
    STATES.REFUSED: "cannot be saved now",
}


@pytest.mark.parametrize("state", TOO_LATE)
def test_a_window_left_open_says_why_a_file_is_not_saved(staff, client_of, commit, state):
    run = commit(csv_of(HEAD[:-1], ("bo@example.org", "Bo", "Lee", "")))
    ImportRun.objects.filter(pk=run.pk).update(state=state)
    page = client_of(staff).post(of(run, "save"), follow=True).content.decode()
    assert TOO_LATE[state] in page
    run.refresh_from_db()
    assert run.state == state


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


class TestThePartnersPage:
    """A calm page: send a file, what came of those that were sent, rows to mend."""

    @pytest.fixture
    def house(self, partner):
        """The partner's own organisation."""
        house = Partner.objects.create(name="Community House")
        house.members.add(partner)
        return house

    def test_an_empty_page_says_how_it_goes(self, partner, house, client_of):
        page = client_of(partner).get(LIST).content.decode()
        assert "Send a file" in page
        assert "How it goes" in page

    def test_each_file_says_how_far_it_is_and_what_came_of_it(self, partner, house, client_of, check, commit):
        commit(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", "")))
        check(csv_of(HEAD, ("cy@example.org", "Cy", "Lee", "", ""), ("nonsense", "Di", "Lee", "", "")), name="b.csv")
        page = client_of(partner).get(LIST).content.decode()
        assert all(
            text in page for text in ("Is saved", "Waits for the Alliance to look at it", "Download the row to mend")
        )

    def test_long_lists_go_on(self, partner, house, client_of, query_count):
        for number in range(25):
            ImportRun.objects.create(partner=house, original_name=f"list {number}.csv", sha256="", size=1, by=partner)
        client = client_of(partner)
        client.get(LIST)
        with query_count("partner's own page"):
            page = client.get(LIST).content.decode()
        assert "list 4.csv" not in page
        older = client.get(LIST, {"before": ImportRun.objects.get(original_name="list 5.csv").pk}).content.decode()
        assert "list 4.csv" in older

    def test_somebody_without_an_organisation_is_told_whom_to_ask(self, partner, client_of):
        assert "Ask the Alliance to add you" in client_of(partner).get(LIST).content.decode()

    def test_warnings_tell_them_nothing_of_the_book(self, partner, house, client_of, check):
        for name in ("Ann", "Abe"):
            StakeholderFactory(first_name=name, last_name="Lee", email=f"{name.lower()}@example.org")
        rows = [("ann@example.org", "Ann", "Lee", "new@example.org"), ("x@example.org", "X", "Y", "")]
        run = check(csv_of(("E-mail", "First name", "Last name", "Email 2"), *rows))
        assert any("change the e-mail of 1 person" in one["text"] for one in run.warnings)
        assert "change the e-mail" not in client_of(partner).get(of(run)).content.decode()


def test_staff_hear_on_their_first_page_what_waits_for_them(staff, partner, client_of, check):
    run = check(csv_of(HEAD, ("bo@example.org", "Bo", "Lee", "", "")))
    run.partner.members.add(partner)
    assert "file waits for you" in client_of(staff).get(reverse("admin:index")).content.decode()
    assert "waits for you" not in client_of(partner).get(reverse("admin:index")).content.decode()


class TestQueries:
    """However many rows they show, the pages of a file ask the database as often as was reviewed."""

    @pytest.fixture
    def run(self, check):
        """A file with a bit of everything."""
        for number in range(30):
            StakeholderFactory(first_name="Ann", last_name=f"Lee{number}", email=f"a{number}@example.org", zip="")
        for name in ("Rosa", "Rob"):
            ContactPointFactory(
                stakeholder=StakeholderFactory(first_name=name, last_name="Diaz"),
                kind="email",
                value="diaz@example.org",
            )
        rows = [(f"a{number}@example.org", "Ann", f"Lee{number}", "28202", "") for number in range(30)]
        more = [("nonsense", "Bo", "Lee", "", ""), ("diaz@example.org", "R.", "Diaz", "", "")]
        return check(csv_of(HEAD, *rows, *more))

    @pytest.mark.parametrize("name", ["change", "rows", "queue", "terms", "mapping"])
    def test_a_page_of_a_file(self, run, staff, client_of, query_count, name):
        client = client_of(staff)
        client.get(of(run, name))
        with query_count(f"import {name} page"):
            assert client.get(of(run, name)).status_code == 200

    @pytest.mark.parametrize("name", ["change", "rows", "revert"])
    def test_a_page_of_a_saved_file(self, run, staff, client_of, query_count, name):
        commit_import(run)
        client = client_of(staff)
        client.get(of(run, name))
        with query_count(f"saved import {name} page"):
            assert client.get(of(run, name)).status_code == 200

    def test_the_form(self, run, staff, client_of, query_count):
        client = client_of(staff)
        client.get(SEND)
        with query_count("import form"):
            client.get(SEND)


def test_the_page_of_somebody_from_a_file_says_on_which_line_they_stood(staff, client_of, commit):
    head = ("E-mail", "Name", "Spouse name", "Spouse email")
    commit(csv_of(head, ("ann@example.org", "Ann Lee", "Bo Lee", "bo@example.org")))
    for name, line in {"Ann Lee": "Line 2 of “list.csv”", "Bo Lee": "Line 2, second person of “list.csv”"}.items():
        address = reverse("admin:contacts_stakeholder_change", args=[Stakeholder.objects.get(name=name).pk])
        assert line in client_of(staff).get(address).content.decode()
