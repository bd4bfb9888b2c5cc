"""Feeds: what needs nobody is saved on its own; everything else stops, says why and tells its owner."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from contacts.actions import tag_stakeholders
from contacts.imports.actions import check_import, commit_import
from contacts.imports.errors import NotReady, Unreadable
from contacts.imports.feeds import judging
from contacts.imports.feeds.actions import (
    LEASE,
    TOLD_AFTER,
    ask_to_read,
    claim_due_feed,
    read_feed,
    settle_feed_run,
    unsettled_feed_runs,
)
from contacts.imports.feeds.folder import home_of
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.feeds.standing import standing_of, troubled_feeds
from contacts.imports.models import ImportRun
from contacts.models import Consent, Stakeholder, Topic
from contacts.tasks import check_received_file, commit_received_file, read_feeds
from crm.models import OutboxMail
from tests.imports.conftest import csv_of
from tests.imports.feeds.conftest import ANN, BO, HEAD, last_run, people, put

CY = ("cy@example.org", "Cy", "Young", "28203")


def read(feed: PartnerFeed) -> ImportRun | None:
    """Read a feed, and do what the workers would."""
    run = read_feed(feed)
    if run:
        check_received_file(run.pk)
        run.refresh_from_db()
        if run.state == ImportRun.State.COMMITTING:
            commit_received_file(run.pk)
            run.refresh_from_db()
    feed.refresh_from_db()
    return run


class TestGood:
    def test_a_file_of_a_folder_is_saved_on_its_own(self, feed_of, house):
        feed = feed_of("", tags=["Weekly"], system="salesforce")
        tag_stakeholders(Stakeholder.objects.values_list("pk", flat=True), ["Weekly"])
        put(home_of(house), "week12.csv", people(ANN, BO, CY))
        run = read(feed)
        assert (run.state, run.door, run.original_name, run.counts["created"]) == ("committed", "feed", "week12.csv", 1)
        assert (run.tags, run.system, run.by) == (["Weekly"], "salesforce", feed.by)
        assert feed.next_at - feed.read_at == timedelta(days=1)
        assert (standing_of(feed), OutboxMail.objects.count()) == ("fine", 0)

    def test_a_file_of_an_address_is_saved_on_its_own(self, feed_of, site):
        feed = feed_of(site.serve("/list.csv", people(ANN, CY)))
        assert read(feed).counts["created"] == 1

    def test_the_same_file_again_is_not_imported_twice(self, feed_of, site, house):
        feed = feed_of(site.serve("/list.csv", people(ANN, CY)))
        read(feed)
        assert read(feed) is None
        assert ImportRun.objects.filter(feed=feed).count() == 1
        folder = feed_of("")
        put(home_of(house), "a.csv", people(ANN, CY))
        read(folder)
        put(home_of(house), "b.csv", people(ANN, CY), age=50)
        assert read(folder) is None

    def test_what_the_server_says_is_unchanged_is_not_fetched(self, feed_of, site):
        feed = feed_of(site.serve("/list.csv", people(ANN, CY), ETag='"7"'))
        read(feed)
        site.serve("/list.csv", status=304)
        assert read(feed) is None
        assert (feed.etag, feed.failures) == ('"7"', 0)

    def test_consent_is_asserted_as_the_feed_says(self, feed_of, house):
        feed = feed_of("", consent_wording="Sign-up sheet", most_changed=100)
        feed.topics.add(Topic.objects.get(slug="newsletter"))
        put(home_of(house), "a.csv", people(CY))
        read(feed)
        assert Consent.objects.get(stakeholder__name="Cy Young").state == "given"


class TestAsks:
    @pytest.fixture
    def stopped(self, feed_of, house):
        """Read a file and give the reasons it stopped for."""

        def reading(content: bytes, **facts) -> list[str]:
            feed = feed_of("", **facts)
            put(home_of(house), "a.csv", content)
            run = read(feed)
            assert run is not None
            assert run.state == "checked"
            assert standing_of(feed) == "waits"
            assert feed.asks_about == run
            return feed.stopped_because.splitlines()

        return reading

    def test_when_too_many_rows_are_rejected(self, stopped):
        reasons = stopped(people(ANN, BO, ("nobody", "X", "Y", "")), most_rejected=33)
        assert reasons == ["1 of 3 rows would be rejected; you set a limit of 33 percent."]

    def test_not_at_the_limit_itself(self, feed_of, house):
        put(home_of(house), "a.csv", people(ANN, BO, CY, ("nobody", "X", "Y", "")))
        assert read(feed_of("", most_rejected=25)).state == "committed"

    def test_when_too_many_people_would_change(self, stopped):
        Stakeholder.objects.update(zip="")
        reasons = stopped(people(ANN, BO), most_changed=99)
        assert reasons == ["2 people would change; this partner brought 2, and you set a limit of 99 percent."]

    def test_not_when_that_many_may(self, feed_of, house):
        Stakeholder.objects.update(zip="")
        put(home_of(house), "a.csv", people(ANN, BO))
        assert read(feed_of("", most_changed=100)).state == "committed"

    def test_when_a_column_of_the_last_file_is_missing(self, stopped):
        reasons = stopped(csv_of(HEAD[:3], ANN[:3]))
        assert reasons == ["Columns of the last file are missing: Zip."]

    def test_when_nobody_saved_a_file_of_this_partner_yet(self, stopped):
        ImportRun.objects.update(state=ImportRun.State.REVERTED)
        assert stopped(people(CY)) == [
            "This is the first file of this partner: look once at what its columns were taken for."
        ]

    def test_when_something_must_be_ticked_that_was_not_for_the_last_file(self, feed_of, house, staff, monkeypatch):
        feed = feed_of("")
        put(home_of(house), "a.csv", people(CY))
        run = check_import(read_feed(feed))
        run.warnings = [{"code": "odd", "text": "This is odd.", "must": True, "count": 3}]
        run.save()
        assert not settle_feed_run(run)
        feed.refresh_from_db()
        assert feed.stopped_because == "This is odd."
        ImportRun.objects.filter(partner=house, state="committed").update(ticked=[{"code": "odd", "count": 2}])
        assert judging.reasons_to_ask(run, feed) == []

    def test_when_the_file_cannot_be_read_as_a_list(self, feed_of, house):
        feed = feed_of("")
        put(home_of(house), "a.csv", b"%PDF-1.7 nothing")
        run = read(feed)
        assert (run.state, standing_of(feed)) == ("refused", "waits")
        assert "PDF" in feed.stopped_because
        read(feed)
        assert [one.pk for one in troubled_feeds()] == [feed.pk]

    def test_the_owner_gets_one_mail(self, stopped):
        stopped(people(ANN, ("nobody", "X", "Y", "")))
        mail = OutboxMail.objects.get()
        assert "A file from Community House waits for you" in mail.subject
        assert "rows would be rejected" in mail.text
        assert f"/importrun/{last_run().pk}/" in mail.text
        read_feeds()
        assert OutboxMail.objects.count() == 1

    def test_while_a_file_waits_no_further_one_is_read(self, stopped, house):
        stopped(people(ANN, ("nobody", "X", "Y", "")))
        PartnerFeed.objects.update(next_at=timezone.now())
        feed = PartnerFeed.objects.get()
        assert claim_due_feed() is None
        with pytest.raises(NotReady, match=r"a\.csv"):
            ask_to_read(feed, by=feed.by)
        commit_import(last_run())
        feed.refresh_from_db()
        assert (standing_of(feed), claim_due_feed()) == ("fine", feed)


class TestTrouble:
    def test_it_is_said_and_tried_again_sooner(self, feed_of, site):
        feed = feed_of(site.url + "/none.csv")
        before = timezone.now()
        assert read(feed) is None
        assert (standing_of(feed), feed.failures) == ("trouble", 1)
        assert "no file at this address" in feed.stopped_because
        assert timedelta(minutes=29) < feed.next_at - before < timedelta(minutes=31)
        site.serve("/none.csv", people(ANN, CY))
        assert read(feed).state == "committed"
        assert (standing_of(feed), feed.failures) == ("fine", 0)

    def test_the_owner_is_told_once_it_lasts(self, feed_of, site):
        feed = feed_of(site.serve("/a.csv", status=500))
        for _try in range(TOLD_AFTER + 2):
            read(feed)
        assert OutboxMail.objects.get().subject.strip() == "The feed of Community House cannot be read"
        assert feed.next_at - timezone.now() < timedelta(days=1)

    def test_a_folder_outside_is_no_place(self, feed_of):
        feed = feed_of("../elsewhere")
        read(feed)
        assert "inside the partner’s own" in feed.stopped_because


class TestTurns:
    def test_only_what_is_due_and_switched_on(self, feed_of):
        feed_of("a", active=False)
        feed_of("b", next_at=timezone.now() + timedelta(minutes=1))
        feed_of("c", next_at=None)
        due = feed_of("d")
        assert claim_due_feed() == due
        assert claim_due_feed() is None
        due.refresh_from_db()
        assert due.next_at > timezone.now() + LEASE - timedelta(minutes=1)

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_take_two_feeds(self, feed_of):
        from concurrent.futures import ThreadPoolExecutor

        feed_of("a"), feed_of("b")

        def claim():
            try:
                return claim_due_feed().pk
            finally:
                connection.close()

        with transaction.atomic(), ThreadPoolExecutor(1) as other:
            mine = claim_due_feed().pk
            assert other.submit(claim).result() != mine

    def test_a_worker_that_died_after_the_check_is_followed_by_the_clock(self, feed_of, house):
        feed = feed_of("")
        put(home_of(house), "a.csv", people(ANN, BO, CY))
        run = read_feed(feed)
        assert unsettled_feed_runs() == []
        check_import(run)
        assert unsettled_feed_runs() == [run.pk]
        read_feeds()
        run.refresh_from_db()
        assert run.state == "committing"

    def test_the_clock_reads_all_that_is_due(self, feed_of, house):
        for name in ("a", "b"):
            feed_of(name)
            put(home_of(house) / name, "a.csv", people(ANN, (f"{name}@example.org", name, "Young", "28203")))
        read_feeds()
        assert ImportRun.objects.filter(door="feed", state="checking").count() == 2

    def test_a_file_that_comes_by_two_ways_at_once_is_received_once(self, feed_of, house):
        feed = feed_of("")
        put(home_of(house), "a.csv", people(CY))
        again = PartnerFeed.objects.get(pk=feed.pk)
        assert read_feed(feed) is not None
        assert read_feed(again) is None


def test_a_refused_file_raises_for_the_command_too(feed_of, house):
    put(home_of(house), "a.csv", b"%PDF-1.7 nothing")
    run = read_feed(feed_of(""))
    with pytest.raises(Unreadable):
        check_import(run)
    assert not settle_feed_run(run)
