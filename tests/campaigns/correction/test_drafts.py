"""Drafts of a correction: what they say, for which parts there is one, and that making them decides nothing."""

import pytest

from campaigns.actions.control import resume_campaign
from campaigns.actions.correct import CorrectedAlready, NobodyNamed, NobodyToCorrect, NotLaunchedYet, correct_campaign
from campaigns.actions.launch import launch_campaign
from campaigns.content.mistakes import GAPS
from campaigns.content.render import BrokenContent
from campaigns.models import Campaign, Delivery
from tests.campaigns.correction.drafts import audience, filled_in, named, wrong_one
from tests.campaigns.ledger import newsletter_topic, states

pytestmark = pytest.mark.django_db


def test_the_draft_says_that_it_is_a_correction_in_both_languages(staff):
    wrong = wrong_one("accepted", "queued")
    got, rest = correct_campaign(wrong, parts=["got", "rest"], by=staff)
    assert (got.subject, got.subject_es) == ("Correction: October", "Corrección: Octubre")
    assert (rest.subject, rest.subject_es) == ("October", "Octubre")
    assert got.blocks[0]["text"]["en"].startswith("**A correction.** In the newsletter we sent you on ")
    assert GAPS["es"][0] in got.blocks[0]["text"]["es"]
    assert (got.blocks[1:], rest.blocks) == (wrong.blocks, wrong.blocks)
    assert (got.corrects, got.part, rest.corrects, rest.part) == (wrong, "got", wrong, "rest")
    assert not got.include.exists()


def test_nothing_leaves_while_the_explanation_has_gaps(staff):
    (got,) = correct_campaign(wrong_one("accepted"), parts=["got"], by=staff)
    with pytest.raises(BrokenContent, match="what was wrong"):
        launch_campaign(got, by=staff)
    launch_campaign(filled_in(got, staff), by=staff)
    assert audience(got) == named(0)


def test_making_drafts_pauses_what_is_being_sent_and_decides_nothing_else(staff):
    wrong = wrong_one("accepted", "queued")
    Campaign.objects.filter(pk=wrong.pk).update(state="sending")
    got, rest = correct_campaign(wrong, parts=["got", "rest"], by=staff)
    wrong.refresh_from_db()
    assert wrong.state == "paused"
    assert states(wrong) == {"accepted": 1, "queued": 1}
    got.delete()
    rest.delete()
    resume_campaign(wrong, by=staff)


def test_one_correction_for_each_part(staff):
    wrong = wrong_one("accepted", "queued")
    _got, rest = correct_campaign(wrong, parts=["got", "rest"], by=staff)
    with pytest.raises(CorrectedAlready, match="Correction: Test"):
        correct_campaign(wrong, parts=["got"], by=staff)
    rest.delete()
    assert [one.part for one in correct_campaign(wrong, parts=["rest"], by=staff)] == ["rest"]


def test_it_says_what_cannot_be_corrected(staff):
    draft = Campaign.objects.create(name="Draft", topic=newsletter_topic(), subject="News")
    with pytest.raises(NotLaunchedYet):
        correct_campaign(draft, parts=["got"], by=staff)
    wrong = wrong_one("queued")
    with pytest.raises(NobodyToCorrect, match="Nobody got this"):
        correct_campaign(wrong, parts=["got"], by=staff)
    for parts in ([], ["all"]):
        with pytest.raises(NobodyNamed):
            correct_campaign(wrong, parts=parts, by=staff)
    Delivery.objects.update(state="accepted")
    with pytest.raises(NobodyToCorrect, match="Everybody got this"):
        correct_campaign(wrong, parts=["got", "rest"], by=staff)
    assert Campaign.objects.count() == 2
