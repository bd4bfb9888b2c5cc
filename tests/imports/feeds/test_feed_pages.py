"""The back office's pages of feeds, the card on the first page, and the command."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from contacts.imports.actions import commit_import
from contacts.imports.feeds.folder import home_of
from contacts.imports.feeds.models import PartnerFeed
from tests.imports.feeds.conftest import ANN, BO, last_run, people, put

LIST = reverse("admin:contacts_partnerfeed_changelist")
ADD = reverse("admin:contacts_partnerfeed_add")
BAD = ("nobody", "X", "Y", "")


def form(partner, **facts) -> dict:
    """What the form sends."""
    return {
        "partner": partner.pk, "kind": "folder", "location": "", "every": "day", "active": "on", "policy": "update",
        "consent_wording": "", "system": "", "tags": "", "most_rejected": "5", "most_changed": "20", **facts,
    }  # fmt: skip


def of(feed: PartnerFeed, door: str = "change") -> str:
    """The address of a feed's door."""
    return reverse(f"admin:contacts_partnerfeed_{door}", args=[feed.pk])


def test_staff_make_a_feed_of_a_folder(staff, house, client_of):
    answer = client_of(staff).post(ADD, form(house, location="weekly", tags="A, B"), follow=True)
    feed = PartnerFeed.objects.get()
    assert answer.status_code == 200
    assert (feed.by, feed.tags, feed.next_at is not None) == (staff, ["A", "B"], True)
    assert feed.matches == "update"
    assert (home_of(house) / "weekly").is_dir()


@pytest.mark.parametrize(
    ("kind", "location"), [("folder", "../x"), ("folder", "/etc"), ("https", "http://example.org/"), ("https", "")]
)
def test_no_feed_reads_from_a_wrong_place(kind, location, staff, house, client_of):
    client_of(staff).post(ADD, form(house, kind=kind, location=location))
    assert not PartnerFeed.objects.exists()


def test_a_password_is_kept_and_never_shown(staff, house, client_of):
    client = client_of(staff)
    client.post(ADD, form(house, kind="https", location="https://we:topsecret@example.org/list.csv?token=apart"))
    feed = PartnerFeed.objects.get()
    listed, page = client.get(LIST).content.decode(), client.get(of(feed)).content.decode()
    assert "topsecret" not in listed + page
    assert "token=apart" not in listed
    assert "https://example.org/list.csv" in listed
    again = form(house, kind="https", location="https://we:•••@example.org/list.csv?token=apart", every="week")
    client.post(of(feed), again)
    feed.refresh_from_db()
    assert (feed.location, feed.every) == ("https://we:topsecret@example.org/list.csv?token=apart", "week")


def test_the_page_says_why_it_stopped_and_leads_to_the_file(staff, feed_of, house, client_of):
    feed = feed_of("")
    put(home_of(house), "a.csv", people(ANN, BAD))
    call_command("read_feeds", stdout=io.StringIO())
    client = client_of(staff)
    page = client.get(of(feed)).content.decode()
    assert "waits for you" in page
    assert "rows would be rejected" in page
    assert reverse("admin:contacts_importrun_change", args=[last_run().pk]) in page
    assert "Feeds that need you" in client.get("/admin/").content.decode()


def test_read_now_asks_once_and_then_lets_a_worker_read(staff, feed_of, client_of):
    feed = feed_of("", next_at=None)
    client = client_of(staff)
    assert "Read it now" in client.get(of(feed, "read_now")).content.decode()
    feed.refresh_from_db()
    assert feed.next_at is None
    client.post(of(feed, "read_now"))
    feed.refresh_from_db()
    assert feed.next_at is not None


def test_a_feed_that_is_switched_off_is_not_read(staff, feed_of, client_of):
    feed = feed_of("", active=False, next_at=None)
    page = client_of(staff).post(of(feed, "read_now"), follow=True).content.decode()
    assert "This feed is switched off." in page


def test_a_file_that_waits_can_be_left_out_and_the_feed_reads_on(staff, feed_of, house, client_of):
    feed = feed_of("")
    put(home_of(house), "a.csv", people(ANN, BAD))
    call_command("read_feeds", stdout=io.StringIO())
    client = client_of(staff)
    assert "Nothing of it is saved" in client.get(of(feed, "leave_out")).content.decode()
    client.post(of(feed, "leave_out"))
    assert last_run().state == "cancelled"
    assert "all is well" in client.get(of(feed)).content.decode()
    assert "No file of this feed waits" in client.post(of(feed, "leave_out"), follow=True).content.decode()


@pytest.mark.parametrize("role", ["organizer", "partner", "analyst"])
def test_others_find_nothing_here(role, request, feed_of, client_of):
    client = client_of(request.getfixturevalue(role))
    for where in (LIST, ADD, of(feed_of("")), of(PartnerFeed.objects.get(), "read_now")):
        assert client.get(where).status_code in (302, 403)
    assert "Feeds that need you" not in client.get("/admin/").content.decode()


class TestCommand:
    def test_it_reads_saves_and_says_so(self, feed_of, house, capsys):
        feed = feed_of("")
        put(home_of(house), "a.csv", people(ANN, BO, ("cy@example.org", "Cy", "Young", "")))
        call_command("read_feeds", "--json")
        told = json.loads(capsys.readouterr().out)
        assert told == [
            {"feed": feed.pk, "partner": "Community House", "outcome": "saved", "run": last_run().pk, "why": ""}
        ]
        call_command("read_feeds", "--feed", str(feed.pk))
        assert capsys.readouterr().out == f"{feed.pk} Community House: nothing new\n"

    def test_it_says_what_waits(self, feed_of, house, capsys):
        feed = feed_of("")
        put(home_of(house), "a.csv", b"%PDF-1.7 nothing")
        call_command("read_feeds")
        assert f"{feed.pk} Community House: waits This is a PDF." in capsys.readouterr().out

    def test_trouble_leaves_with_a_status(self, feed_of, capsys):
        feed_of("weekly")
        with pytest.raises(CommandError) as left:
            call_command("read_feeds")
        assert left.value.returncode == 1
        assert "is not there" in capsys.readouterr().out

    def test_a_feed_nobody_has(self, db):
        with pytest.raises(CommandError, match="no feed 7"):
            call_command("read_feeds", "--feed", "7")


def test_the_page_of_a_file_says_why_its_feed_waits(feed_of, house, staff, client_of):
    feed = feed_of("")
    put(home_of(house), "week.csv", people(ANN, BO, BAD))
    call_command("read_feeds")
    address = reverse("admin:contacts_importrun_change", args=[last_run().pk])
    page = client_of(staff).get(address).content.decode()
    assert "1 of 3 rows would be rejected; you set a limit of 5 percent." in page
    assert f'href="{of(feed)}"' in page
    commit_import(last_run())
    assert "would be rejected; you set a limit" not in client_of(staff).get(address).content.decode()
