"""What newsletters offer to segments, the dashboard and the page of a stakeholder."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.cards import newsletters, uncertain_messages
from campaigns.models import Campaign, Delivery
from campaigns.panels import newsletters as panel
from contacts.models import Stakeholder
from contacts.segments.compiler import people_of
from crm.actions.outbox import queue_mail
from tests.campaigns.ledger import launched, newsletter_topic, work

pytestmark = pytest.mark.django_db(transaction=True)


def sent_to(campaign: Campaign, op: str = "any_of") -> set[str]:
    """The names a segment finds."""
    definition = {"all": [{"criterion": "was_sent_campaign", "op": op, "value": [str(campaign.pk)]}]}
    return {person.name for person in people_of(definition)}


def test_segments_know_who_was_sent_a_newsletter(mailbox):
    campaign = launched(3)
    mailbox.reply("rcpt", "554 5.7.1 No", only_to="p1@example.org")
    work()
    assert sent_to(campaign) == {"Person 0", "Person 2"}
    assert sent_to(campaign, "none_of") == {"Person 1"}


def test_the_dashboard_shows_the_newsletter_on_its_way(mailbox, staff, organizer):
    assert newsletters(organizer) is None
    assert newsletters(staff).empty
    launched(3)
    work()
    card = newsletters(staff)
    assert card.figure == "3"
    assert "of 3 people got" in card.meaning


def test_the_dashboard_asks_for_a_decision_only_when_one_is_needed(impatient, staff):
    launched(2, policy="hold")
    assert uncertain_messages(staff) is None
    impatient.drop("message")
    work()
    assert uncertain_messages(staff).figure == "1"


def test_the_page_of_a_stakeholder_lists_their_newsletters(mailbox, staff, analyst):
    launched(1)
    work()
    person = Stakeholder.objects.get()
    assert [row.state for row in panel(person.pk, staff).context["rows"]] == ["accepted"]
    assert panel(person.pk, analyst) is None


def test_invariants_hold_after_a_newsletter_and_name_what_is_broken(mailbox, capsys):
    launched(5)
    work()
    call_command("check_invariants", "--json")
    assert json.loads(capsys.readouterr().out)["holds"] is True
    broken = Delivery.objects.order_by("pk").first()
    Delivery.objects.filter(pk=broken.pk).update(state="queued")
    with pytest.raises(SystemExit):
        call_command("check_invariants", "--json")
    answers = {one["key"]: one for one in json.loads(capsys.readouterr().out)["invariants"]}
    assert answers["every-waiting-message-has-a-range"]["broken"] == 0
    assert answers["sent-means-settled"]["places"] == [f"newsletter {broken.campaign_id}"]


def test_the_launch_command_says_what_it_did_and_refuses_in_one_line(mailbox, capsys):
    draft = Campaign.objects.create(name="Empty", topic=newsletter_topic(), subject="News")
    with pytest.raises(CommandError):
        call_command("launch_campaign", draft.pk)
    with pytest.raises(CommandError, match="no newsletter"):
        call_command("launch_campaign", 0)


def test_the_pump_sends_newsletters_and_single_mails(mailbox):
    launched(2)
    queue_mail(purpose="test", to="single@example.org", subject="One", text="One")
    call_command("pump", "--once")
    assert sorted(mailbox.recipients) == ["p0@example.org", "p1@example.org", "single@example.org"]


def test_a_single_mail_does_not_wait_for_the_end_of_what_the_pump_has_begun(mailbox, settings):
    settings.SENDING = {"turn": 0.2, "group": 1, "chunk": 30, "connections": 1}
    mailbox.hang("message", seconds=0.05, times=0)
    launched(30)
    mail = queue_mail(purpose="test", to="single@example.org", subject="One", text="One")
    mail.next_attempt_at = timezone.now() + timedelta(seconds=0.3)
    mail.save()
    call_command("pump", "--once")
    assert len(mailbox.recipients) == 31
    assert mailbox.recipients[-1] != "single@example.org"


@pytest.mark.parametrize("slip", ["nan", "inf", "-3", "0", "soon"])
def test_the_pump_takes_no_slip_for_a_time(slip):
    with pytest.raises(CommandError, match=f"'{slip}' is no number of seconds above 0"):
        call_command("pump", f"--seconds={slip}")
