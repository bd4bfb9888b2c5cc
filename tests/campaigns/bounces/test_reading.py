"""Reading one mail: what it says, which message it is about, and that nobody can make either up."""

from datetime import UTC, datetime

import pytest

from campaigns.actions.news import Kind
from campaigns.bounces.places.place import Mail
from campaigns.bounces.reading.meaning import Meaning, failure
from campaigns.bounces.reading.proof import About
from campaigns.bounces.reading.reading import Reading, Sort, read
from crm.returns import return_address
from tests.campaigns.bounces import samples
from tests.campaigns.bounces.samples import SAMPLES, Sent, block, standard
from tests.campaigns.message_ids import message_id

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def sent(settings) -> Sent:
    """Message 4711 of campaign 12, with a return address of its own."""
    settings.RETURN_PATH = "bounces@example.org"
    return Sent(return_address("n", 4711), message_id(12, 4711))


def reading(raw: bytes) -> Reading:
    """What it says."""
    return read(Mail(1, raw, NOW))


def test_what_a_report_means_is_called_as_news_call_it():
    assert {means.value for means in Meaning if means} <= {kind.value for kind in Kind}


@pytest.mark.parametrize("name", SAMPLES)
def test_reports_of_mail_servers_are_understood(sent, name):
    write, means = SAMPLES[name]
    found = reading(write(sent))
    assert (found.sort, found.about.number, found.about.ledger) == (Sort.REPORT, 4711, "n")
    assert found.meaning(sent.to) == means
    assert found.at == datetime(2026, 11, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", SAMPLES)
def test_without_a_return_address_the_message_id_is_proof(sent, name):
    write, means = SAMPLES[name]
    found = reading(write(Sent("", sent.message_id)))
    assert found.about == About("n", 4711, 12)
    assert found.meaning(sent.to) == means


@pytest.mark.parametrize("name", SAMPLES)
def test_without_proof_nothing_is_said_about_anybody(sent, name):
    forged = Sent("bounces+n3mv-000000000000@example.org", "<12.4711.0123456789abcdef@example.org>")
    found = reading(SAMPLES[name][0](forged))
    assert (found.sort, found.about) == (Sort.UNPROVEN, None)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_way_lines_may_end_is_read(sent, name):
    write, means = SAMPLES[name]
    assert reading(write(sent).replace(b"\n", b"\r\n")).meaning(sent.to) == means


def test_the_words_of_the_mail_server_are_kept(sent):
    found = reading(samples.postfix(sent))
    assert found.reply(sent.to).startswith("550 5.1.1 <p0@example.org>: Recipient address rejected: User unknown")
    assert "550 5.1.1" in reading(samples.qmail(sent)).reply(sent.to)
    assert "This user doesn't have a yahoo.com account" in reading(samples.yahoo(sent)).reply(sent.to)


@pytest.mark.parametrize("write", [samples.letter, samples.forwarded])
def test_what_a_person_writes_is_a_letter_whatever_it_quotes(sent, write):
    assert reading(write(sent)).sort == Sort.LETTER


def test_an_automatic_answer_is_nothing_else(sent):
    assert reading(samples.vacation(sent)).sort == Sort.AUTOMATIC


def test_what_a_program_writes_unasked_is_a_letter(sent):
    raw = samples.letter(sent).replace(b"Subject:", b"Auto-Submitted: auto-generated\nSubject:", 1)
    assert reading(raw).sort == Sort.LETTER
    assert reading(raw.replace(b"From: Ana Ruiz <p0@", b"From: Post <postmaster@")).sort == Sort.LETTER


@pytest.mark.parametrize("kind", ["not-spam", "virus", "auth-failure"])
def test_other_feedback_changes_nothing(sent, kind):
    found = reading(samples.complaint(sent, kind))
    assert (found.sort, found.meaning(sent.to)) == (Sort.REPORT, Meaning.NOTHING)


def test_feedback_that_nobody_explained_is_for_a_person(sent):
    assert reading(samples.complaint(sent, "other")).sort == Sort.UNPROVEN


def test_a_complaint_without_the_address_in_it_is_known_all_the_same(sent):
    assert reading(samples.complaint(sent, redacted=True)).meaning(sent.to) == "complained"


class TestSeveralRecipients:
    """Our messages have one recipient each; a report about more comes from behind a list or a forward."""

    def test_ours_counts(self, sent):
        others = block(sent, status="5.1.1", said="550 5.1.1 unknown", to="other@example.net")
        blocks = f"{others}\n{block(sent, status='5.2.2', said='552 5.2.2 full')}\n{others}"
        assert reading(standard(sent, blocks=blocks)).meaning(sent.to) == "soft_bounced"

    def test_when_some_got_it_nothing_came_back(self, sent):
        gone = block(sent, status="5.1.1", said="550 5.1.1 unknown", to="one@example.net")
        got = block(sent, action="delivered", status="2.0.0", said="250 ok", to="two@example.net")
        assert reading(standard(sent, blocks=f"{gone}\n{got}")).meaning(sent.to) == "delivered"

    def test_somebody_else_who_is_not_there_says_little_about_ours(self, sent):
        gone = block(sent, status="5.1.1", said="550 5.1.1 unknown", to="forward@example.net")
        found = reading(standard(sent, blocks=gone))
        assert found.meaning(sent.to) == "soft_bounced"
        assert found.meaning("forward@example.net") == "bounced"

    def test_a_report_that_hides_the_address_is_about_ours(self, sent):
        blocks = "Final-Recipient: rfc822;\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown"
        assert reading(standard(sent, blocks=blocks)).meaning(sent.to) == "bounced"


@pytest.mark.parametrize(
    ("status", "said", "means"),
    [
        ("5.1.1", "", "bounced"),
        ("5.1.1 (bad destination mailbox address)", "", "bounced"),
        ("5.0.0", "550 5.1.1 no", "bounced"),
        ("5.0.0", "550 user unknown", "bounced"),
        ("", "550 5.1.1 no", "bounced"),
        ("5.0.0", "550 we do not like it", "soft_bounced"),
        ("5.2.1", "550 5.2.1 receiving mail at a rate that prevents additional messages", "soft_bounced"),
        ("5.2.2", "mailbox full", "soft_bounced"),
        ("5.0.0", "552 mailbox is full", "soft_bounced"),
        ("5.7.1", "550 5.7.1 user unknown to our spam filter", "failed"),
        ("5.0.0", "554 rejected as spam", "failed"),
        ("5.3.4", "message too big", "failed"),
        ("5.2.3", "message too big", "failed"),
        ("5.6.0", "no 8bit", "failed"),
        ("5.4.6", "routing loop", "failed"),
        ("5.1.8", "your domain does not exist", "failed"),
        ("4.2.2", "452 full", "soft_bounced"),
        ("4.4.7", "expired", "soft_bounced"),
        ("", "", "soft_bounced"),
        ("rubbish", "\x00", "soft_bounced"),
    ],
)
def test_only_what_says_that_nobody_is_there_is_held_against_the_address(status, said, means):
    assert failure(status, said) == means


def test_a_return_address_counts_more_than_a_message_id(sent):
    other = Sent(sent.return_address, message_id(12, 99))
    assert reading(samples.postfix(other)).about == About("n", 4711)


def test_a_single_mail_is_known_by_its_return_address(sent):
    single = Sent(return_address("s", 8), "<x@example.org>")
    assert reading(samples.postfix(single)).about == About("s", 8)


@pytest.mark.parametrize(
    "date", ["X: y", "Date: nonsense", "Date: Fri, 31 Dec 9999 23:59:59 -2359", "Date: 1 Jan 0001 0:0"]
)
def test_an_odd_date_is_read_as_when_it_came(sent, date):
    raw = samples.postfix(sent).replace(f"Date: {samples.DATE}".encode(), date.encode(), 1)
    assert reading(raw).at <= datetime.now(UTC)
    assert reading(raw).sort == Sort.REPORT
