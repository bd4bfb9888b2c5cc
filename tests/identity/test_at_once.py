"""Merges and everything else at the same moment: nobody meets an error, nothing is lost or doubled."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from contacts.actions import give_consent, leave_list
from contacts.identity.current import current_id
from contacts.identity.merging import merge_stakeholders, unmerge
from contacts.imports.actions import check_import, commit_import
from contacts.locks import BOOK_LOCK, have_the_book_alone
from contacts.models import Consent, Stakeholder, StakeholderMerge
from crm.errors import Refused
from engagement.actions import add_walk_in, edit_gathering, log_gathering, register
from engagement.actions.gatherings import Conversation, Guest
from engagement.models import Event, Gathering, Registration
from tests.factories import EditionFactory, EventFactory, StakeholderFactory
from tests.imports.conftest import csv_of, receive

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6
__all__ = ["receive"]


def at_once(*deeds):
    """Do all of them at the same moment; gives what each answered, a refusal as its sentence."""
    start = Barrier(len(deeds))

    def do(deed):
        try:
            start.wait()
            return deed()
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [done.result() for done in [pool.submit(do, deed) for deed in deeds]]


def test_two_tabs_that_merge_in_opposite_order_make_one():
    for _round in range(ROUNDS):
        one, other = StakeholderFactory(email="one@example.org"), StakeholderFactory(email="other@example.org")
        at_once(
            lambda one=one, other=other: merge_stakeholders(one, other, by=None),
            lambda one=one, other=other: merge_stakeholders(other, one, by=None),
        )
        left = Stakeholder.objects.get(pk__in=[one.pk, other.pk])
        assert StakeholderMerge.objects.filter(survivor=left, undone_at__isnull=True).count() == 1
        assert left.contact_points.count() == 2


def test_taking_apart_twice_at_once_is_done_once():
    one, other = StakeholderFactory(), StakeholderFactory(email="other@example.org")
    merge = merge_stakeholders(one, other, by=None)
    answers = at_once(lambda: unmerge(merge, by=None), lambda: unmerge(merge, by=None))
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert other.contact_points.count() == 1


def test_who_leaves_while_being_merged_has_left(newsletter):
    for _round in range(ROUNDS):
        one, other = StakeholderFactory(), StakeholderFactory()
        give_consent(other, newsletter, source="form", wording="Yes", language="en")
        at_once(
            lambda one=one, other=other: merge_stakeholders(one, other, by=None),
            lambda other=other: leave_list(other, newsletter),
        )
        assert current_id(other.pk) == one.pk
        assert Consent.objects.get(stakeholder=one).state == "withdrawn"


def waits_for_the_book():
    """Whether somebody stands before the lock of the book."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = %s)",
            [BOOK_LOCK],
        )
        return cursor.fetchone()[0]


def two_with_a_seat(event):
    """One person twice, both registered."""
    one, other = StakeholderFactory(), StakeholderFactory()
    for somebody in (one, other):
        register(event, stakeholder=somebody, tell=False)
    return one, other


def merges(event):
    one, other = two_with_a_seat(event)
    return lambda: merge_stakeholders(one, other, by=None)


def takes_apart(event):
    merge = merge_stakeholders(*two_with_a_seat(event), by=None)
    return lambda: unmerge(merge, by=None)


def registers(event):
    return lambda: register(event, email="new@example.org", first_name="New", last_name="Guest", tell=False)


def comes_in(event):
    return lambda: add_walk_in(event, email="new@example.org", first_name="New", last_name="Guest")


@pytest.mark.parametrize("verb", [merges, takes_apart, registers, comes_in])
def test_who_waits_for_the_book_holds_no_event(verb):
    """An import has the book and then takes the event: whoever took them the other way round met it in a circle."""
    event = EventFactory(capacity=9)
    deed = verb(event)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            have_the_book_alone()
            done = pool.submit(lambda: (deed(), connection.close()))
            while not waits_for_the_book():
                assert not done.done()
            assert Event.objects.select_for_update(nowait=True, no_key=True).get(pk=event.pk)
        assert done.result()


def test_who_waits_for_the_book_holds_no_table():
    host = StakeholderFactory()
    facts = {"held_on": timezone.localdate(), "zip": "28205", "host": host}
    conversation = Conversation(edition=EditionFactory(), guests=[Guest(first_name="Bo", zip="28205")], **facts)
    table = log_gathering(conversation)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            have_the_book_alone()
            done = pool.submit(lambda: (edit_gathering(table, conversation), connection.close()))
            while not waits_for_the_book():
                assert not done.done()
            assert Gathering.objects.select_for_update(nowait=True, of=("self",)).get(pk=table.pk)
            assert Stakeholder.objects.select_for_update(nowait=True).get(pk=host.pk)
        assert done.result()


def test_a_merge_and_a_file_of_who_came_meet_without_a_second_try(receive, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("contacts.locks.TRIES", 1)
    for turn in range(ROUNDS):
        event = EventFactory(capacity=50)
        one, other = two_with_a_seat(event)
        people = [("Guest", f"Number{n}", f"guest{turn}-{n}@example.org", "Attending") for n in range(30)]
        run = receive(csv_of(("First Name", "Last Name", "Email", "Attendee Status"), *people))
        run.occasion = f"engagement.event:{event.pk}"
        run.save(update_fields=["occasion"])
        check_import(run)
        _run, merge = at_once(
            lambda run=run: commit_import(run), lambda one=one, other=other: merge_stakeholders(one, other, by=None)
        )
        assert merge.survivor_id == one.pk
        assert Registration.objects.filter(event=event).count() == 31


def test_who_registers_while_being_merged_has_one_seat():
    for _round in range(ROUNDS):
        event, second = EventFactory(capacity=9), EventFactory(capacity=9)
        one, other = StakeholderFactory(email=f"one{event.pk}@example.org"), StakeholderFactory()
        for somebody in (one, other):
            register(event, stakeholder=somebody, tell=False)
        at_once(
            lambda one=one, other=other: merge_stakeholders(one, other, by=None),
            lambda one=one, second=second: register(second, stakeholder=one, tell=False),
            lambda event=event: register(
                event, email="new@example.org", first_name="New", last_name=f"Guest {event.pk}", tell=False
            ),
        )
        assert Registration.objects.filter(event=event).count() == 2
        assert one.registrations.count() == 2
