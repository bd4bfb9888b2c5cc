"""How each provider tells its news: which reader of anymail fits, how many come in one request, what a bounce means.

A bounce is called hard only where somebody says that nobody has the address: an address that is wrongly called dead
gets nothing more, one that is wrongly called alive bounces once more.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anymail.signals import AnymailTrackingEvent, RejectReason

from campaigns.actions.news import Kind
from crm.replies import ENHANCED, says_nobody_there, status_means_nobody

CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
ABOUT_THE_MAILBOX = ("5.2.", "4.")
ABOUT_THE_ADDRESS = ("5.0.", "5.1.", "5.4.", "5.5.")
"""Classes of RFC 3463 under which servers refuse an address that does not exist, though they mean other things, too."""

Body = Any
"""What a request carries, as JSON says it."""
CameBack = Callable[[AnymailTrackingEvent, Mapping[str, Any]], Kind]


def judge(reply: str, *, sure: bool) -> Kind:
    """What a refusal means, by the mail server's own words; `sure` where the provider calls the address dead."""
    found = ENHANCED.search(reply)
    if found:
        status = found.group(0)
        if status_means_nobody(status, reply):
            return Kind.BOUNCED
        if status.startswith(ABOUT_THE_MAILBOX):
            return Kind.SOFT_BOUNCED
        return Kind.BOUNCED if sure and status.startswith(ABOUT_THE_ADDRESS) else Kind.FAILED
    code = CODE.search(reply)
    if code and code[1].startswith("4"):
        return Kind.SOFT_BOUNCED
    if code and says_nobody_there(int(code[1]), reply):
        return Kind.BOUNCED
    return Kind.BOUNCED if sure else Kind.FAILED


def words(event: AnymailTrackingEvent) -> str:
    """What the mail server, or else the provider, said."""
    return str(event.mta_response or event.description or "")


# ── What came back ───────────────────────────────────────────────────────────
def _hardly(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    """A provider that does not tell dead addresses from unwelcome messages: the server's words decide."""
    return judge(f"{said.get('status') or ''} {words(event)}", sure=False)


def _by(path: str, hard: set[str], soft: set[str]) -> CameBack:
    """A provider that says so in a field of its own."""

    def came_back(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
        value: Any = said
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if str(value) in soft:
            return Kind.SOFT_BOUNCED
        return judge(words(event), sure=True) if str(value) in hard else Kind.FAILED

    return came_back


def _mailgun(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    """What Mailgun did not even try, because mail came back or was complained about before, says nothing new."""
    data = said.get("event-data", said)
    if str(data.get("reason", "")).startswith("suppress"):
        return Kind.FAILED
    status = data.get("delivery-status") or {}
    return judge(f"{status.get('code') or data.get('code') or ''} {words(event)}", sure=False)


def _ses(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    bounce = said.get("bounce", {})
    if str(bounce.get("bounceSubType")) in {"Suppressed", "OnAccountSuppressionList"}:
        return Kind.FAILED
    if bounce.get("bounceType") != "Permanent":
        return Kind.SOFT_BOUNCED
    return judge(str(event.mta_response or ""), sure=True)


def _sparkpost(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    ((told),) = said["msys"].values()
    kind = str(told.get("bounce_class"))
    if kind in {"10", "30"}:
        return judge(words(event), sure=True)
    return Kind.SOFT_BOUNCED if kind in {"20", "21", "22", "23", "24", "40", "70"} else Kind.FAILED


def _sendgrid(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    """`blocked` is about the message or us; it says nothing about the address."""
    return Kind.FAILED if said.get("type") == "blocked" else _hardly(event, said)


def _resend(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    bounce = said.get("data", {}).get("bounce", {})
    if event.reject_reason == RejectReason.BLOCKED or bounce.get("subType") == "Suppressed":
        return Kind.FAILED
    dead = bounce.get("type") == "Permanent" or "hard bounce" in str(bounce.get("message"))
    return judge(words(event), sure=True) if dead else Kind.SOFT_BOUNCED


def _unisender(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    status = said.get("delivery_info", {}).get("delivery_status")
    if status in {"err_user_unknown", "err_user_inactive", "err_domain_inactive"}:
        return judge(str(event.mta_response or ""), sure=True)
    return Kind.SOFT_BOUNCED if status in {"err_mailbox_full", "err_will_retry"} else Kind.FAILED


def _softly(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    """A report came to the sender's address, and the provider did not look what it says."""
    return Kind.SOFT_BOUNCED


def _failed(event: AnymailTrackingEvent, said: Mapping[str, Any]) -> Kind:
    """What a provider would not send, or not for ever: that is said of the message, not of the address."""
    return Kind.FAILED


# ── Several events in one request ────────────────────────────────────────────
def _one(body: Body) -> list[Body]:
    return [body]


def _list(body: Body) -> list[Body]:
    return [[one] for one in body] if isinstance(body, list) else [body]


def _mailtrap_list(body: Body) -> list[Body]:
    return [{"events": [one]} for one in body["events"]]


def _unisender_list(body: Body) -> list[Body]:
    if "events_by_user" not in body:
        return [body]
    return [{"events_by_user": [{"events": [one]}]} for user in body["events_by_user"] for one in user["events"]]


@dataclass(frozen=True)
class Dialect:
    """How one provider talks; `reader` is anymail's view in its module of that provider.

    `came_back` says what a bounce means, `refused` what a message means that the provider did not (go on to) send.
    `each` takes a request's words apart into as many requests as there are events in it. `field` is the one of a form
    that holds the words. `kinds` says what events mean that anymail does not know, by the provider's names.
    """

    reader: str
    came_back: CameBack = _hardly
    refused: CameBack = _failed
    each: Callable[[Body], list[Body]] = _one
    field: str = ""
    kinds: tuple[tuple[str, str], ...] = ()


DIALECTS: dict[str, Dialect] = {
    "amazon_ses": Dialect("AmazonSESTrackingWebhookView", _ses, kinds=(("DeliveryDelay", Kind.DEFERRED),)),
    "brevo": Dialect("BrevoTrackingWebhookView", _by("event", {"hard_bounce", "invalid_email"}, {"soft_bounce"})),
    "mailersend": Dialect("MailerSendTrackingWebhookView", _by("data.type", {"hard_bounced"}, {"soft_bounced"})),
    "mailgun": Dialect("MailgunTrackingWebhookView", _mailgun),
    "mailjet": Dialect("MailjetTrackingWebhookView", _by("hard_bounce", {"True"}, {"False", "None"}), each=_list),
    "mailtrap": Dialect("MailtrapTrackingWebhookView", _by("event", {"bounce"}, {"soft bounce"}), each=_mailtrap_list),
    "mandrill": Dialect(
        "MandrillCombinedWebhookView",
        _by("event", {"hard_bounce"}, {"soft_bounce"}),
        each=_list,
        field="mandrill_events",
    ),
    "postal": Dialect("PostalTrackingWebhookView", _softly, _hardly),
    "postmark": Dialect("PostmarkTrackingWebhookView", _by("Type", {"HardBounce", "None"}, {"SoftBounce"})),
    "resend": Dialect(
        "ResendTrackingWebhookView", _resend, kinds=(("email.failed", Kind.FAILED), ("email.suppressed", Kind.FAILED))
    ),
    "sendgrid": Dialect("SendGridTrackingWebhookView", _sendgrid, each=_list),
    "sparkpost": Dialect("SparkPostTrackingWebhookView", _sparkpost, each=_list),
    "unisender_go": Dialect("UnisenderGoTrackingWebhookView", _unisender, each=_unisender_list),
}
"""By the name of anymail's module. Scaleway tells nothing that anymail can read."""


def own_name(said: Any) -> str:
    """What the provider itself calls an event, as far as that can be found."""
    if not isinstance(said, Mapping):
        return ""
    for key in ("eventType", "notificationType", "RecordType", "event", "type", "status"):
        if isinstance(said.get(key), str):
            return str(said[key])
    inside = said.get("event-data") or said.get("data") or next(iter((said.get("msys") or {}).values()), None)
    return own_name(inside) if isinstance(inside, Mapping) else ""
