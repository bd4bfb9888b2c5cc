"""Why somebody gets, got, or did not get a newsletter, in plain words for staff."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign, Delivery
from campaigns.reasons import REASONS
from campaigns.sending.ledger.audience import LEFT_OUT
from campaigns.sending.telling.why import Facts
from contacts.models import ContactPoint, Stakeholder

State = Delivery.State
GOT = {State.ACCEPTED, State.DELIVERED, State.COMPLAINED}
HEADLINES: dict[str, str | Promise] = {
    State.ACCEPTED: gettext_lazy("Got it: their mail server took it."),
    State.DELIVERED: gettext_lazy("Got it: it is in their mailbox."),
    State.COMPLAINED: gettext_lazy("Got it, and marked it as spam. They get nothing more from us."),
    State.SENDING: gettext_lazy("It is being handed over right now."),
    State.QUEUED: gettext_lazy("It waits for its turn."),
    State.DEFERRED: gettext_lazy("Not yet: it could not be handed over."),
    State.UNCERTAIN: gettext_lazy("Nobody knows: it was handed over, and no answer came."),
    State.BOUNCED: gettext_lazy("Did not get it: nobody has this address."),
    State.FAILED: gettext_lazy("Did not get it: it failed."),
    State.SKIPPED: gettext_lazy("Did not get it: it was stopped just before it would have left."),
}
"""What the ledger says about one person, by state …"""
NOBODY_KNOWS: dict[tuple[str, str], str | Promise] = {
    (State.ACCEPTED, "marked_sent"): gettext_lazy("Got it, as a person decided; no mail server ever said so."),
    (State.SKIPPED, "given_up"): gettext_lazy(
        "Nobody knows whether they got it. A person decided not to send it again."
    ),
    (State.FAILED, "never_answered"): gettext_lazy(
        "Nobody knows whether they got it: the mail server never answered, and it is not sent again."
    ),
    (State.FAILED, "provider_silent"): gettext_lazy(
        "Nobody knows whether they got it: the mail provider never answered, and it is not sent again."
    ),
}
"""… and where the reason says more than the state: what was decided is no knowledge."""


@dataclass(frozen=True)
class Finding:
    """The answer to one question; `good` is None where it decides nothing. The named get links."""

    question: str
    answer: str
    good: bool | None = None
    people: tuple[Stakeholder, ...] = ()
    newsletter: Campaign | None = None


def headline(facts: Facts) -> str:
    """The answer in one sentence."""
    if facts.delivery:
        return _of_the_ledger(facts, facts.delivery)
    if facts.campaign.launched_at is None:
        why = _stands_in_the_way(facts)
        return _("Would not get it: %(why)s.") % {"why": why} if why else _("Gets it, as things stand now.")
    return _("Did not get it: %(why)s.") % {"why": _not_in_the_audience(facts, facts.campaign.launched_at)}


def _of_the_ledger(facts: Facts, delivery: Delivery) -> str:
    if delivery.state in {State.QUEUED, State.DEFERRED}:
        if why := _will_be_stopped(facts, delivery):
            return _("Will not get it: %(why)s.") % {"why": why}
        if facts.campaign.state == Campaign.State.PAUSED:
            return _("Not yet: the newsletter is paused.")
    if delivery.state == State.DEFERRED:
        return f"{_why_not_yet(facts, delivery)} {_next_try(delivery)}"
    if nobody_knows := NOBODY_KNOWS.get((delivery.state, delivery.reason)):
        return str(nobody_knows)
    if why := _why_never(delivery):
        return _("Did not get it: %(why)s.") % {"why": why}
    return str(HEADLINES[delivery.state])


def _why_never(delivery: Delivery) -> str:
    """Why a message failed or was skipped, where that is known; empty for others."""
    if delivery.state == State.FAILED and delivery.reply.startswith("5"):
        return _("their mail server refused it")
    if delivery.state == State.FAILED and delivery.reply.startswith("4"):
        return _("their mail server asked us to come back later, each time we tried")
    if delivery.state not in {State.FAILED, State.SKIPPED} or delivery.reason not in REASONS:
        return ""
    return _("they %(why)s") % {"why": delivery.why} if delivery.reason == "left" else delivery.why


def _why_not_yet(facts: Facts, delivery: Delivery) -> str:
    """What kept a message from being handed over: only what a mail server said is told as its word."""
    if facts.line_broke:
        return _("Not yet: the connection broke before it was handed over.")
    if delivery.reply.startswith("4"):
        return _("Not yet: their mail server asked us to come back later.")
    return str(HEADLINES[State.DEFERRED])


def _next_try(delivery: Delivery) -> str:
    again = delivery.next_attempt_at
    if again is None or again <= timezone.now():
        return _("We try again now, by ourselves.")
    return _("We try again by ourselves, at %(at)s.") % {"at": _moment(again)}


def _will_be_stopped(facts: Facts, delivery: Delivery) -> str:
    """What the last question before the wire will find, as things stand now; empty when nothing."""
    if facts.consent is None or facts.consent.state != "given":
        return _("they left before it was their turn")
    if delivery.fingerprint in facts.stopped:
        return _("their address must not be mailed")
    works = any(
        point.normalized == delivery.address and point.status == ContactPoint.Status.VALID for point in facts.points
    )
    return "" if works else _("the address was changed or no longer works")


def got_it(facts: Facts) -> bool:
    """Whether the headline is good news."""
    if facts.delivery:
        return facts.delivery.state in GOT
    return facts.campaign.launched_at is None and not _stands_in_the_way(facts)


def findings(facts: Facts) -> list[Finding]:
    """Every question on the way to the headline, in the order in which they decide."""
    asked_for = [_wrong_version(facts)] if facts.campaign.corrects else _segments(facts)
    the_ledger = [*_launch(facts), *_doubles(facts), *_related(facts)]
    return [*asked_for, _topic(facts), *_addresses(facts), *_sharing(facts), *the_ledger]


def _stands_in_the_way(facts: Facts) -> str:
    """What keeps somebody out of the audience as things stand now; empty when nothing does."""
    if not facts.is_chosen:
        return _not_chosen(facts)
    return "" if facts.verdict == "audience" else _("they %(why)s") % {"why": LEFT_OUT[facts.verdict]}


def _not_chosen(facts: Facts) -> str:
    wrong = facts.campaign.corrects
    if wrong and facts.campaign.part == Campaign.Part.GOT:
        return _("they did not get “%(name)s”, so there is nothing to correct") % {"name": wrong.name}
    if wrong and facts.wrong:
        return _("they got “%(name)s”, or may have, so a correction is for them") % {"name": wrong.name}
    if wrong:
        return _("they were not in the audience of “%(name)s”") % {"name": wrong.name}
    if not any(not one.leaves_out for one in facts.memberships):
        return _("no segment is chosen to send it to")
    if any(one.inside is None for one in facts.memberships):
        return _("the rules of a segment cannot be read")
    if any(one.inside for one in facts.memberships if one.leaves_out):
        return _("they are in a segment that is left out")
    return _("they are in no segment that it goes to")


def _not_in_the_audience(facts: Facts, launched_at: datetime) -> str:
    if facts.campaign.corrects and not facts.is_chosen:
        return _not_chosen(facts)
    if facts.twin:
        return _("one message goes to each address, and theirs was already written to for somebody else")
    if facts.person.created_at > launched_at:
        return _("they came into the book after it was launched")
    if facts.said_at_launch != "given":
        return _("they had not agreed to the topic when it was launched")
    why = _stands_in_the_way(facts)
    if why:
        return _("they were not in the audience when it was frozen, and today %(why)s") % {"why": why}
    return _("they were not in the audience when it was frozen; launched today, it would go to them, too")


def _wrong_version(facts: Facts) -> Finding:
    """Whether what is corrected reached them, by which the audience of a correction is chosen."""
    wrong = facts.campaign.corrects
    asked = _("Did “%(name)s” reach them?") % {"name": wrong.name if wrong else ""}
    if facts.wrong is None:
        told = _("They were not in its audience.")
    elif facts.is_chosen == (facts.campaign.part == Campaign.Part.GOT):
        told = _("Yes, or it may have: %(state)s.") % {"state": facts.wrong.get_state_display()}
    else:
        told = _("No: %(state)s.") % {"state": facts.wrong.get_state_display()}
    return Finding(asked, told, good=facts.is_chosen, newsletter=wrong)


def _doubles(facts: Facts) -> list[Finding]:
    """What became of messages for people who turned out to be them."""
    asked = _("A second entry of theirs was in the audience, too")
    return [Finding(asked, _double(facts, one)) for one in facts.doubles]


def _double(facts: Facts, one: Delivery) -> str:
    words = {"address": one.address, "state": one.get_state_display()}
    if one.state != State.SKIPPED or one.reason != "merged":
        return _("With the address %(address)s: %(state)s.") % words
    if facts.delivery and facts.delivery.state in GOT:
        words["other"] = facts.delivery.address
        return _("It was not sent to %(address)s, because they got it at %(other)s: two entries were merged.") % words
    return _("It is not sent to %(address)s as well: two entries were merged, and one message is enough.") % words


def _related(facts: Facts) -> list[Finding]:
    """What else they get because a newsletter was wrong."""
    return [
        Finding(
            _("A correction") if one.campaign.part == Campaign.Part.GOT else _("The corrected version"),
            _("They are in its audience: %(state)s.") % {"state": one.get_state_display()},
            newsletter=one.campaign,
        )
        for one in facts.related
    ]


def _segments(facts: Facts) -> list[Finding]:
    found = []
    elsewhere = None if any(one.inside for one in facts.memberships if not one.leaves_out) else False
    for one in facts.memberships:
        name = {"name": one.segment.name, "rules": one.rules}
        asked = _("Left out: segment “%(name)s”") if one.leaves_out else _("Sent to: segment “%(name)s”")
        if one.inside is None:
            found.append(Finding(asked % name, one.rules, good=False))
            continue
        told = _("Is in it today. %(rules)s.") if one.inside else _("Is not in it today. %(rules)s.")
        good = not one.inside if one.leaves_out else (True if one.inside else elsewhere)
        found.append(Finding(asked % name, told % name, good=good))
    return found or [Finding(_("Segments"), _("None is chosen yet, so it would go to nobody."), good=False)]


def _topic(facts: Facts) -> Finding:
    asked = _("Agreed to “%(topic)s”?") % {"topic": facts.campaign.topic}
    if facts.consent is None:
        return Finding(asked, _("Never said anything about it, and no word is a no."), good=False)
    agreed = facts.consent.state == "given"
    told = _("Agreed on %(day)s (%(source)s).") if agreed else _("Left it on %(day)s (%(source)s).")
    return Finding(asked, told % {"day": _day(facts.consent.since), "source": facts.consent.event.source}, good=agreed)


def _addresses(facts: Facts) -> list[Finding]:
    if not facts.points:
        return [Finding(_("Address"), _("Has no e-mail address."), good=False)]
    return [_address(facts, point) for point in facts.points]


def _address(facts: Facts, point: ContactPoint) -> Finding:
    used = len(facts.points) > 1 and point.normalized == facts.address
    asked = _("Address %(address)s") % {"address": point.value}
    told = [_("This is the one that counts.")] if used else []
    stop = facts.stopped.get(point.fingerprint)
    if point.status == ContactPoint.Status.VALID:
        told.append(_("It works, as far as we know."))
    else:
        told.append(_("It is not written to: %(status)s.") % {"status": point.get_status_display()})
    if stop:
        words = {"reason": stop.get_reason_display(), "day": _day(stop.at)}
        told.append(_("It must not be mailed since %(day)s: %(reason)s.") % words)
    good = point.status == ContactPoint.Status.VALID and stop is None
    counts = point.normalized == facts.address
    return Finding(asked, " ".join(told), good=good if counts else None)


def _sharing(facts: Facts) -> list[Finding]:
    if not facts.sharers:
        return []
    first = facts.is_chosen and facts.verdict == "same_address"
    if first:
        told = _("Yes. One message goes to each address, to whoever came into the book first.")
    else:
        told = _("Yes. One message goes to each address.")
    return [Finding(_("Shares an address with others?"), told, good=False if first else None, people=_named(facts))]


def _named(facts: Facts) -> tuple[Stakeholder, ...]:
    """Whoever gets it stands first; a few are enough."""
    return tuple(sorted(facts.sharers, key=lambda one: (one.pk not in facts.gets_it, one.pk))[:10])


def _launch(facts: Facts) -> list[Finding]:
    launched = facts.campaign.launched_at
    asked = _("In the audience that was frozen at the launch?")
    if launched is None:
        return [Finding(asked, _("It was not launched yet; all of this is as it stands now."))]
    if facts.delivery:
        words = {"at": _moment(launched), "address": facts.delivery.address}
        return [Finding(asked, _("Yes, on %(at)s, with the address %(address)s.") % words, good=True)]
    told = _("No. It was frozen on %(at)s; what stands above is as it is today.") % {"at": _moment(launched)}
    twin = facts.twin.stakeholder if facts.twin else None
    found = [Finding(asked, told, good=False)]
    if facts.person.created_at > launched:
        day = {"at": _moment(facts.person.created_at)}
        found.append(Finding(_("In the book since"), _("%(at)s, after the launch.") % day, good=False))
    elif facts.said_at_launch != "given":
        told = _("Had left it.") if facts.said_at_launch else _("Had said nothing about it.")
        found.append(Finding(_("Their word on the topic at the launch"), told, good=False))
    if twin:
        found.append(Finding(_("Written to at their address"), _("For this person:"), good=False, people=(twin,)))
    return found


def _day(moment: datetime) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
