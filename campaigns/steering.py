"""What a person can do about a newsletter that was launched, what each will do, and how many people it is about."""

from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Campaign
from campaigns.sending.telling.progress import Progress

State = Campaign.State


@dataclass(frozen=True)
class Offer:
    """One thing to do: `url` takes a POST, or is a page where `is_page`.

    What is `final` asks first; `asks_pace` asks how many messages an hour.
    """

    verb: str
    title: str
    what: str
    url: str
    is_main: bool = False
    is_page: bool = False
    final: str = ""
    asks_pace: bool = False


def offers(campaign: Campaign, progress: Progress) -> list[Offer]:
    """What can be done now, the most likely first and the final last."""
    moving = campaign.state in {State.SENDING, State.PAUSED}
    made = list(campaign.corrections.all())
    found = [_pause(campaign, progress) if campaign.state == State.SENDING else None]
    found += [_resume(campaign, progress, is_main=not made) if campaign.state == State.PAUSED else None]
    found += [_finish(campaign, progress) if moving and progress.count("deferred") else None]
    found += [
        _slow(campaign) if moving and progress.waiting else None,
        _free(campaign) if moving and campaign.per_hour else None,
    ]
    found += [_decide(campaign, progress) if progress.uncertain else None]
    is_over = any(one.state != State.DRAFT for one in made)
    tries_again = progress.failed and campaign.state in {State.SENDING, State.SENT} and not is_over
    found += [_retry(campaign, progress) if tries_again else None]
    found += [_correct(campaign, progress) if len(made) < len(Campaign.Part) else None]
    found += [_cancel(campaign, progress) if moving else None]
    return [offer for offer in found if offer]


def _pause(campaign: Campaign, progress: Progress) -> Offer:
    waiting = progress.waiting
    what = ngettext(
        "Within seconds nothing more leaves. %(n)s person still waits, is not forgotten, and gets it when you go on.",
        "Within seconds nothing more leaves. %(n)s people still wait, are not forgotten, and get it when you go on.",
        waiting,
    )
    if not waiting:
        what = _("Nobody waits; what is uncertain is not sent again by itself until you go on.")
    told = what % {"n": intcomma(waiting)}
    return Offer("pause", _("Pause"), told, _steer(campaign, "pause"), is_main=waiting > 0)


def _resume(campaign: Campaign, progress: Progress, *, is_main: bool) -> Offer:
    waiting, later = progress.count("queued", "sending"), progress.count("deferred")
    now = ngettext("%(n)s person who waits gets it now.", "%(n)s people who wait get it now.", waiting)
    said = [now % {"n": intcomma(waiting)}] if waiting else []
    if not waiting and not later:
        said = [_("Nobody waits any more; only what is uncertain is left.")]
    if later:
        put_off = ngettext(
            "%(n)s who was put off is tried when the time for it comes.",
            "%(n)s who were put off are tried when the time for it comes.",
            later,
        )
        said.append(put_off % {"n": intcomma(later)})
    return Offer("resume", _("Go on sending"), " ".join(said), _steer(campaign, "resume"), is_main=is_main)


def _finish(campaign: Campaign, progress: Progress) -> Offer:
    later = progress.count("deferred")
    if campaign.state == State.PAUSED:
        what = ngettext(
            "Goes on, also with %(n)s person who was put off, without waiting for their next try. "
            "Nobody who got it is written to.",
            "Goes on, also with %(n)s people who were put off, without waiting for their next try. "
            "Nobody who got it is written to.",
            later,
        )
    else:
        what = ngettext(
            "%(n)s person who was put off does not wait for the next try any more. Nobody who got it is written to.",
            "%(n)s people who were put off do not wait for their next try any more. Nobody who got it is written to.",
            later,
        )
    return Offer("finish", _("Send what is left now"), what % {"n": intcomma(later)}, _steer(campaign, "finish"))


def _slow(campaign: Campaign) -> Offer:
    what = _(
        "Where calls or visits would come faster than you can answer them, or a provider takes less mail. "
        "Holds within seconds for everybody who still waits."
    )
    title = _("Change the speed") if campaign.per_hour else _("Slow down")
    return Offer("slow", title, what, reverse("campaigns:pace", args=[campaign.pk]), asks_pace=True)


def _free(campaign: Campaign) -> Offer:
    limit = campaign.per_hour or 0
    what = ngettext(
        "Takes the limit of %(n)s message an hour away.", "Takes the limit of %(n)s messages an hour away.", limit
    )
    told = what % {"n": intcomma(limit)}
    return Offer("free", _("As fast as possible again"), told, reverse("campaigns:pace", args=[campaign.pk]))


def _decide(campaign: Campaign, progress: Progress) -> Offer:
    what = ngettext(
        "Of %(n)s message nobody knows whether it arrived. See what is known about it and decide.",
        "Of %(n)s messages nobody knows whether they arrived. See what is known about each and decide.",
        progress.uncertain,
    )
    url = reverse("campaigns:uncertain", args=[campaign.pk])
    told = what % {"n": intcomma(progress.uncertain)}
    return Offer("decide", _("Decide about uncertain ones"), told, url, is_page=True)


def _retry(campaign: Campaign, progress: Progress) -> Offer:
    what = ngettext(
        "Once what stood in the way is mended: tries exactly %(n)s message that failed once more. "
        "Nobody else is written to, nor anybody who left since.",
        "Once what stood in the way is mended: tries exactly the %(n)s messages that failed once more. "
        "Nobody else is written to, nor anybody who left since.",
        progress.failed,
    )
    url = reverse("campaigns:retry", args=[campaign.pk])
    return Offer("retry", _("Try the failed ones again"), what % {"n": intcomma(progress.failed)}, url)


def _correct(campaign: Campaign, progress: Progress) -> Offer:
    reached = progress.arrived + progress.count("sending", "uncertain")
    what = ngettext(
        "Was something in it wrong? %(n)s person got it or may have: write to exactly them, and let the others get it "
        "right.",
        "Was something in it wrong? %(n)s people got it or may have: write to exactly them, and let the others get it "
        "right.",
        reached,
    )
    url = reverse("campaigns:correction", args=[campaign.pk])
    if not reached:
        told = _("Was something in it wrong? Nobody got it so far: let everybody in its audience get it right.")
        return Offer("correct", _("Send it corrected"), told, url, is_page=True)
    return Offer("correct", _("Send a correction"), what % {"n": intcomma(reached)}, url, is_page=True)


def _cancel(campaign: Campaign, progress: Progress) -> Offer:
    waiting = progress.count("queued", "deferred")
    what = ngettext(
        "%(n)s person who still waits will not get this newsletter. What has left cannot be called back.",
        "%(n)s people who still wait will not get this newsletter. What has left cannot be called back.",
        waiting,
    )
    if not waiting:
        what = _("Nobody waits for it any more; what is uncertain is not sent again.")
    final = _("This cannot be undone. To stop for a while, pause instead.")
    title, told = _("Cancel the rest"), what % {"n": intcomma(waiting)}
    return Offer("cancel", title, told, _steer(campaign, "cancel"), final=final)


def _steer(campaign: Campaign, verb: str) -> str:
    return reverse("campaigns:steer", args=[campaign.pk, verb])
