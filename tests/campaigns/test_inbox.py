"""The inbox of providers' news: worked off in sets, tried again while a message is not known, set aside with why."""

import random
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from campaigns.actions import inbox as verbs
from campaigns.actions.inbox import NothingAside, forget_old_news, process_again, take_in_news
from campaigns.models import Attempt, Delivery, ProviderEvent, SetInHand
from campaigns.sending.desk import load_editions
from campaigns.webhooks import hands, inbox
from campaigns.webhooks.reading import read_again
from contacts.actions.privacy import erase_person
from contacts.models import ContactPoint, Stakeholder, Suppression
from crm.models import OutboxMail
from crm.postman import message_id
from tests.campaigns.ledger import launched, people, states
from tests.campaigns.providers.about import About, uid
from tests.campaigns.providers.keys import anymail_settings
from tests.campaigns.providers.posting import post
from tests.campaigns.providers.says import SAYS

pytestmark = pytest.mark.django_db

NOW = timezone.now()
PERSONAL = ("address", "reply", "provider_id", "raw")


@pytest.fixture(autouse=True)
def some_providers(settings):
    """These may bring their news."""
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["sendgrid", "brevo"]


def on_the_way(count: int):
    """A campaign whose messages were accepted, and about each what a provider needs to name it."""
    campaign = launched(count)
    rows = Delivery.objects.filter(campaign=campaign)
    rows.update(state="accepted", attempts=1, epoch=1, intent_at=NOW - timedelta(hours=1), sent_at=NOW)
    return campaign, [About(row.pk, campaign.pk, row.address) for row in rows.order_by("pk")]


def tell(*events: tuple[str, About]) -> None:
    """SendGrid tells these in one batch."""
    assert post("sendgrid", [SAYS["sendgrid"](kind, about)[0] for kind, about in events]).status_code == 200


def grow_old(by: timedelta) -> None:
    """All of it was received so long ago, and is due."""
    ProviderEvent.objects.update(received_at=timezone.now() - by, due_at=timezone.now() - timedelta(seconds=1))


def whys() -> dict[str, str]:
    """What is set aside, by what it says."""
    return dict(ProviderEvent.objects.filter(state="aside").values_list("kind", "why"))


# ── In sets ──────────────────────────────────────────────────────────────────
def test_what_is_told_counts_and_nothing_personal_stays():
    campaign, (one, other, third) = on_the_way(3)
    tell(("delivered", one), ("dead", other), ("complained", third))
    assert take_in_news() is False
    assert states(campaign) == {"delivered": 1, "bounced": 1, "complained": 1}
    assert set(ProviderEvent.objects.values_list("state", *PERSONAL, "delivery")) == {("done", "", "", "", "", None)}
    assert Suppression.objects.count() == 2


def test_what_was_told_before_counts_once_also_after_it_was_done_with():
    _campaign, (one,) = on_the_way(1)
    event = SAYS["sendgrid"]("put off", one)
    for _again in range(5):
        post("sendgrid", event)
        take_in_news()
    assert Attempt.objects.filter(what="deferred").count() == 1


def test_a_worker_takes_a_set_after_the_other_and_rings_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(verbs, "SET", 2)
    _campaign, abouts = on_the_way(5)
    tell(*(("delivered", about) for about in abouts))
    assert take_in_news(seconds=0) is True
    assert take_in_news() is False
    assert not ProviderEvent.objects.exclude(state="done").exists()


def test_the_task_rings_again_when_its_turn_ended_before_the_work(monkeypatch, django_capture_on_commit_callbacks):
    from campaigns.tasks import take_in_news as task

    rung = []
    monkeypatch.setattr("crm.bell._publish", lambda name, args: rung.append(name))
    with django_capture_on_commit_callbacks(execute=True):
        task()
    assert not rung
    monkeypatch.setattr(verbs, "take_in_news", lambda: True)
    with django_capture_on_commit_callbacks(execute=True):
        task()
    assert rung == ["campaigns.tasks.take_in_news"]


def test_an_event_that_breaks_stands_alone_and_the_others_count(monkeypatch):
    campaign, abouts = on_the_way(11)
    tell(*(("delivered", about) for about in abouts))
    poison = {abouts[2].delivery, abouts[7].delivery}
    real = verbs.note_news

    def breaks(events):
        if poison & {event.delivery for event in events}:
            raise ZeroDivisionError
        return real(events)

    monkeypatch.setattr(verbs, "note_news", breaks)
    take_in_news()
    assert states(campaign) == {"delivered": 9, "accepted": 2}
    assert set(ProviderEvent.objects.filter(state="aside").values_list("delivery", "why")) == {
        (number, "broke") for number in poison
    }


def test_an_event_that_breaks_in_the_database_stands_alone(monkeypatch):
    campaign, abouts = on_the_way(4)
    tell(*(("delivered", about) for about in abouts))
    real = verbs.note_news

    def breaks(events):
        if abouts[1].delivery in {event.delivery for event in events}:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return real(events)

    monkeypatch.setattr(verbs, "note_news", breaks)
    take_in_news()
    assert states(campaign) == {"delivered": 3, "accepted": 1}
    assert whys() == {"delivered": "broke"}


def test_what_was_in_hand_when_somebody_died_is_looked_at_alone(monkeypatch):
    campaign, abouts = on_the_way(4)
    tell(*(("delivered", about) for about in abouts[:3]))
    hands.begin(10)
    SetInHand.objects.update(begun_at=NOW - timedelta(minutes=1))
    tell(("delivered", abouts[3]), ("put off", abouts[3]))
    sizes, real = [], verbs.note_news
    monkeypatch.setattr(verbs, "note_news", lambda events: [sizes.append(len(events)), real(events)][1])
    take_in_news()
    assert sizes == [1, 1, 1, 2]
    assert states(campaign) == {"delivered": 4}
    assert not SetInHand.objects.exists()


def test_nothing_is_in_hand_after_something_broke_or_had_to_wait(monkeypatch):
    _campaign, (one, other) = on_the_way(2)
    tell(("delivered", one), ("delivered", other))
    for error in (ZeroDivisionError(), OperationalError()):
        error.__cause__ = LockNotAvailable()
        monkeypatch.setattr(verbs, "note_news", lambda events, error=error: raises(error))
        ProviderEvent.objects.update(state="waiting", due_at=NOW)
        take_in_news()
        assert not SetInHand.objects.exists()
    assert set(ProviderEvent.objects.values_list("state", "deaths")) == {("waiting", 0)}


def raises(error: Exception) -> None:
    raise error


# ── Messages that are not known ──────────────────────────────────────────────
def test_what_comes_before_our_own_commit_is_tried_again_with_growing_pauses():
    campaign, (one,) = on_the_way(1)
    later = About(one.delivery + 1000, campaign.pk, "new@example.org")
    tell(("delivered", one), ("delivered", later))
    pauses = []
    for _try in range(9):
        take_in_news()
        row = ProviderEvent.objects.get(state="waiting")
        pauses.append(round((row.due_at - timezone.now()).total_seconds()))
        ProviderEvent.objects.update(due_at=timezone.now())
    assert pauses == [10, 30, 90, 270, 810, 2430, 7290, 14400, 14400]
    person = people(1)[0]
    Delivery.objects.create(
        pk=later.delivery,
        campaign=campaign,
        stakeholder=person,
        address=later.address,
        fingerprint="x",
        state="sending",
    )
    take_in_news()
    assert states(campaign) == {"delivered": 2}


def test_after_a_day_it_is_set_aside_without_the_address():
    tell(("dead", About(4711, 3, "ana@example.org")))
    grow_old(timedelta(days=1, minutes=1))
    take_in_news()
    assert whys() == {"bounced": "no_message"}
    assert ProviderEvent.objects.get().address == ""
    assert not Suppression.objects.exists()


def test_what_is_about_another_address_or_campaign_is_set_aside():
    campaign, (one, other) = on_the_way(2)
    tell(("dead", About(one.delivery, campaign.pk, "somebody@else.org")))
    tell(("complained", About(other.delivery, campaign.pk + 1, other.address)))
    take_in_news()
    assert whys() == {"bounced": "others", "complained": "others"}
    assert states(campaign) == {"accepted": 2}
    assert not Suppression.objects.exists()


def without_marks(kind: str, about: About, provider_id: str) -> None:
    event = SAYS["sendgrid"](kind, about)[0]
    said = {key: value for key, value in event.items() if key not in ("delivery", "campaign", "mail")}
    assert post("sendgrid", [{**said, "anymail_id": provider_id}]).status_code == 200


def test_an_event_without_marks_finds_its_message_by_the_providers_name_for_it():
    campaign, (one,) = on_the_way(1)
    without_marks("delivered", one, "sg-77")
    take_in_news()
    assert states(campaign) == {"accepted": 1}
    Delivery.objects.filter(pk=one.delivery).update(provider_id="sg-77")
    ProviderEvent.objects.update(due_at=timezone.now())
    take_in_news()
    assert states(campaign) == {"delivered": 1}


def test_what_others_send_by_the_same_account_counts_for_people_in_the_book_only():
    people(1)
    without_marks("dead", About(address="p0@example.org"), "others-1")
    without_marks("complained", About(address="stranger@example.org"), "others-2")
    take_in_news()
    assert ProviderEvent.objects.filter(state="waiting").count() == 2
    grow_old(timedelta(minutes=11))
    take_in_news()
    assert ContactPoint.objects.get().status == "bad"
    assert [one.address for one in Suppression.objects.all()] == ["p0@example.org"]
    assert set(ProviderEvent.objects.values_list("state", "address")) == {("done", "")}


# ── Single mails ─────────────────────────────────────────────────────────────
def single(state: str, **more) -> OutboxMail:
    words = {"purpose": "confirmation", "to": "Ana@Example.org", "subject": "s", "text": "t", "attempts": 1}
    return OutboxMail.objects.create(state=state, **{**words, **more})


def about_mail(mail: OutboxMail, address: str = "ana@example.org") -> About:
    return About(address=address, marks={"mail": str(mail.pk), "purpose": mail.purpose})


@pytest.mark.parametrize(
    ("state", "kind", "becomes"),
    [
        ("sent", "dead", "bounced"),
        ("sent", "refused", "failed"),
        ("sent", "delivered", "sent"),
        ("sent", "complained", "sent"),
        ("uncertain", "delivered", "sent"),
        ("uncertain", "put off", "sent"),
        ("sending", "dead", "bounced"),
        ("failed", "dead", "bounced"),
        ("failed", "delivered", "failed"),
        ("queued", "refused", "queued"),
        ("bounced", "delivered", "bounced"),
    ],
)
def test_a_single_mail_moves_forward_only(state, kind, becomes):
    mail = single(state)
    tell((kind, about_mail(mail)))
    take_in_news()
    mail.refresh_from_db()
    assert mail.state == becomes


def test_news_of_a_single_mail_reach_its_address():
    people(1)
    ContactPoint.objects.update(normalized="ana@example.org", value="ana@example.org")
    tell(("dead", about_mail(single("sent"))), ("complained", about_mail(single("sent"))))
    take_in_news()
    assert ContactPoint.objects.get().status == "bad"
    assert Suppression.objects.get().reason == "complaint"


def test_a_single_mail_to_somebody_else_is_not_meant():
    mail = single("sent")
    tell(("dead", about_mail(mail, "ben@example.org")))
    take_in_news()
    mail.refresh_from_db()
    assert mail.state == "sent"
    assert whys() == {"bounced": "others"}


@pytest.mark.parametrize("seed", range(3))
def test_news_of_a_single_mail_end_the_same_in_any_order(seed):
    mail = single("uncertain")
    events = [SAYS["sendgrid"](kind, about_mail(mail))[0] for kind in ("delivered", "dead", "put off", "refused")] * 5
    random.Random(seed).shuffle(events)
    for event in events:
        post("sendgrid", [event])
        take_in_news()
    mail.refresh_from_db()
    assert mail.state == "bounced"


def test_messages_are_known_by_their_message_id_where_mail_leaves_by_the_providers_mail_server():
    campaign, (one,) = on_the_way(1)
    mail = single("uncertain")
    edition = next(iter(load_editions(campaign.pk)[1].values()))
    without_marks("delivered", one, edition.message_id(one.delivery))
    without_marks("delivered", about_mail(mail), message_id(mail))
    take_in_news()
    mail.refresh_from_db()
    assert states(campaign) == {"delivered": 1}
    assert mail.state == "sent"


# ── Set aside, forgotten, erased ─────────────────────────────────────────────
def test_what_was_set_aside_is_processed_again(manager):
    campaign, (one,) = on_the_way(1)
    Delivery.objects.filter(pk=one.delivery).update(address="other@example.org")
    tell(("delivered", one))
    take_in_news()
    Delivery.objects.filter(pk=one.delivery).update(address=one.address)
    assert process_again(by=manager) == 1
    take_in_news()
    assert states(campaign) == {"delivered": 1}
    with pytest.raises(NothingAside):
        process_again(by=manager)


def test_what_broke_is_looked_at_alone_when_it_is_processed_again(manager, monkeypatch):
    _campaign, (one, other) = on_the_way(2)
    tell(("delivered", one))
    ProviderEvent.objects.update(state="aside", why="broke")
    process_again(by=manager)
    tell(("delivered", other))
    sizes, real = [], verbs.note_news
    monkeypatch.setattr(verbs, "note_news", lambda events: [sizes.append(len(events)), real(events)][1])
    take_in_news()
    assert sizes == [1, 1]


def test_what_could_not_be_read_is_read_again_and_stays_where_it_still_cannot(manager, monkeypatch):
    campaign, (one,) = on_the_way(1)
    known = SAYS["sendgrid"]("delivered", one)[0]
    post("sendgrid", [{**known, "event": "arrived"}, {"event": "nonsense"}])
    assert process_again(by=manager) == 0
    from anymail.webhooks.sendgrid import SendGridTrackingWebhookView as View

    monkeypatch.setattr(View, "event_types", View.event_types | {"arrived": "delivered"})
    assert process_again(by=manager) == 1
    take_in_news()
    assert states(campaign) == {"delivered": 1}
    assert ProviderEvent.objects.filter(state="aside").count() == 1


def test_what_was_read_anew_says_the_same_as_at_first():
    (row,) = read_again("brevo", '{"event": "delivered", "email": "a@example.org", "ts_epoch": 1700000000000}')
    assert (row.kind, row.address, row.state) == ("delivered", "a@example.org", "waiting")


def test_old_events_are_forgotten():
    tell(("delivered", About()), ("dead", About(2)))
    ProviderEvent.objects.filter(kind="bounced").update(received_at=NOW - timedelta(days=inbox.KEPT_DAYS, hours=1))
    assert forget_old_news() == 1
    assert ProviderEvent.objects.get().kind == "delivered"


def test_erasing_somebody_reaches_the_inbox(manager):
    campaign, (one, other) = on_the_way(2)
    tell(("delivered", one), ("delivered", other), ("dead", About(address=one.address, marks={"purpose": "x"})))
    post("sendgrid", [{"event": "odd", "email": one.address, "sg_event_id": uid()}])
    erase_person(Stakeholder.objects.get(contact_points__normalized=one.address), by=manager)
    said = ProviderEvent.objects.values_list(*PERSONAL)
    assert not [row for row in said if one.address in " ".join(row)]
    assert ProviderEvent.objects.filter(address=other.address).count() == 1
    take_in_news()
    assert states(campaign) == {"delivered": 2}


def test_what_waits_is_told_to_whoever_asks_what_is_kept_of_them():
    from campaigns.privacy import told_events

    tell(("dead", About(address="ana@example.org")))
    (row,) = told_events(("ana@example.org",))
    assert (row["provider"], row["kind"]) == ("sendgrid", "bounced")


def test_the_inbox_is_counted():
    tell(("delivered", About(1)), ("delivered", About(2)))
    post("sendgrid", [{"event": "odd"}])
    counts = inbox.count()
    assert (counts.waiting, counts.aside) == (2, 1)
    with transaction.atomic():
        grow_old(timedelta(0))
        ProviderEvent.objects.update(due_at=timezone.now() - timedelta(minutes=5))
        assert 299 < inbox.count().oldest < 400


# ── Often and in any order ───────────────────────────────────────────────────
STORY = ["delivered", "put off", "soft", "refused", "dead", "complained", "left"]


@pytest.mark.parametrize("seed", range(2))
def test_five_times_each_and_shuffled_ends_like_once_in_order(seed):
    chance = random.Random(seed)
    campaign, abouts = on_the_way(150)
    events = [SAYS["sendgrid"](kind, one)[0] for one in abouts for kind in STORY if chance.random() < 0.4]
    often = events * 5
    chance.shuffle(often)

    def play(told: list) -> tuple:
        with transaction.atomic():
            for place in range(0, len(told), 100):
                post("sendgrid", told[place : place + 100])
                if chance.random() < 0.3:
                    take_in_news()
            take_in_news()
            end = (
                list(Delivery.objects.order_by("pk").values_list("pk", "state")),
                list(Suppression.objects.order_by("address").values_list("address", "reason")),
                list(ContactPoint.objects.order_by("pk").values_list("status", flat=True)),
                sorted(Attempt.objects.values_list("delivery", "what").distinct().filter(what="deferred")),
            )
            assert not ProviderEvent.objects.exclude(state="done").exists()
            transaction.set_rollback(True)
        return end

    assert play(often) == play(events)
    assert states(campaign) == {"accepted": 150}
