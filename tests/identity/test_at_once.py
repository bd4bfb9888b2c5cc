"""Merges and everything else at the same moment: nobody meets an error, nothing is lost or doubled."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from contacts.actions import give_consent, leave_list
from contacts.identity.current import current_id
from contacts.identity.merging import merge_stakeholders
from contacts.identity.unmerging import unmerge
from contacts.models import Consent, Stakeholder, StakeholderMerge
from crm.errors import Refused
from engagement.actions import register
from engagement.models import Registration
from tests.factories import EventFactory, StakeholderFactory

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


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
