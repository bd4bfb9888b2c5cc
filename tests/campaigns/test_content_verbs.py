"""Saving, copying and testing a newsletter."""

import pytest
from django.db import DatabaseError, transaction

from campaigns.actions.content import ContentIsFrozen, copy_campaign, save_campaign, send_test
from campaigns.content.render import BrokenContent
from campaigns.models import Campaign, Variant
from crm.actions.outbox import NotAnAddress
from crm.models import OutboxMail
from tests.factories import CampaignFactory, SegmentFactory, TopicFactory

pytestmark = pytest.mark.django_db


class TestSave:
    """A draft is kept only when it could be sent."""

    def test_it_keeps_a_draft_and_who_made_it(self, staff):
        draft = save_campaign(CampaignFactory.build(topic=TopicFactory()), by=staff)
        assert Campaign.objects.get(pk=draft.pk).created_by == staff

    def test_it_refuses_an_unknown_merge_field_by_name(self, staff):
        broken = CampaignFactory.build(topic=TopicFactory(), subject="Hi {{ firstname }}")
        with pytest.raises(BrokenContent, match="“firstname”"):
            save_campaign(broken, by=staff)

    def test_it_refuses_to_change_what_was_launched(self, staff):
        sent = CampaignFactory(state="sent")
        sent.subject = "Something else"
        with pytest.raises(ContentIsFrozen):
            save_campaign(sent, by=staff)

    def test_the_database_keeps_what_was_launched_too(self):
        sent = CampaignFactory(state="sending")
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
            Campaign.objects.filter(pk=sent.pk).update(subject="Something else")
        Campaign.objects.filter(pk=sent.pk).update(state="sent", pause_reason="x")

    def test_frozen_content_is_never_changed(self):
        variant = Variant.objects.create(campaign=CampaignFactory(), language="en", subject="a", html="b", text="c")
        with pytest.raises(DatabaseError), transaction.atomic():
            Variant.objects.filter(pk=variant.pk).update(subject="x")


class TestCopy:
    """A copy says the same and has sent nothing."""

    def test_it_takes_the_content_and_the_segments(self, staff):
        sent = CampaignFactory(state="sent", subject_es="Hola", audience_size=7)
        include, exclude = SegmentFactory(), SegmentFactory()
        sent.include.add(include)
        sent.exclude.add(exclude)
        copy = copy_campaign(sent, by=staff)
        assert (copy.state, copy.audience_size, copy.launched_at, copy.created_by) == ("draft", None, None, staff)
        assert (copy.subject, copy.subject_es, copy.blocks) == (sent.subject, "Hola", sent.blocks)
        assert [*copy.include.all(), *copy.exclude.all()] == [include, exclude]
        assert copy.name == f"Copy of {sent.name}"


class TestSendTest:
    """A test goes through the outbox to one address and touches no ledger."""

    def test_it_is_marked_and_filled_with_an_invented_reader(self, staff):
        campaign = CampaignFactory(subject="Hi {{ first_name }}", subject_es="Hola {{ first_name }}")
        mail = send_test(campaign, " me@example.org ", language="es", by=staff)
        assert (mail.to, mail.subject, mail.purpose) == ("me@example.org", "[Test] Hola Maria", "newsletter-test")
        assert "Hi Maria, come and eat with us." in mail.text
        assert 'lang="es"' in mail.html
        assert "{{" not in mail.html + mail.text
        assert not campaign.deliveries.exists()

    def test_it_arrives(self, staff, mailbox):
        from crm.actions.outbox import deliver_due_mails

        send_test(CampaignFactory(), "me@example.org", by=staff)
        assert deliver_due_mails().sent == 1
        assert mailbox.recipients == ["me@example.org"]

    def test_it_refuses_what_is_no_address(self, staff):
        with pytest.raises(NotAnAddress):
            send_test(CampaignFactory(), "nobody", by=staff)

    def test_it_refuses_broken_content(self, staff):
        with pytest.raises(BrokenContent):
            send_test(CampaignFactory(blocks=[{"kind": "video"}]), "me@example.org", by=staff)
        assert not OutboxMail.objects.exists()
