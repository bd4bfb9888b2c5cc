"""What providers post, in their own words and under real signatures."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.http import HttpResponse
from django.test import Client

TOPIC = "arn:aws:sns:us-east-1:123456789012:alliance-news"
PASSWORD = "news:of-the-tests"
SECRET = "signing-secret-of-the-tests"
SVIX = "whsec_" + base64.b64encode(b"svix secret of the tests").decode()
NOBODY = "550 5.1.1 <{address}>: no such user here"
FULL = "452 4.2.2 The mailbox is full"
POLICY = "550 5.7.1 Message rejected due to local policy"


@cache
def keys() -> tuple[ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey]:
    """The keys with which SendGrid and Postal sign here."""
    return ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(key: Any) -> str:
    """A public key as it stands in a setting: the lines between the rulers of PEM, in one."""
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "".join(pem.decode().split("\n")[1:-2])


def anymail_settings() -> dict[str, Any]:
    """Every secret there is, each under anymail's name."""
    curve, rsa_key = keys()
    return {
        "WEBHOOK_SECRET": PASSWORD,
        "AMAZON_SES_TOPICS": TOPIC,
        "AMAZON_SES_CLIENT_PARAMS": {
            "region_name": "us-east-1",
            "aws_access_key_id": "x",
            "aws_secret_access_key": "y",
        },
        "MAILERSEND_SIGNING_SECRET": SECRET,
        "MAILGUN_API_KEY": "api",
        "MAILGUN_WEBHOOK_SIGNING_KEY": SECRET,
        "MAILTRAP_TRACKING_SECRET": SECRET,
        "MANDRILL_WEBHOOK_KEY": SECRET,
        "POSTAL_WEBHOOK_KEY": public(rsa_key),
        "RESEND_SIGNING_SECRET": SVIX,
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": public(curve),
        "UNISENDER_GO_API_KEY": SECRET,
    }


@dataclass
class About:
    """Which message a provider speaks of, and when that happened."""

    delivery: int = 1
    campaign: int = 1
    address: str = "ana@example.org"
    at: int = field(default_factory=lambda: int(time.time()) - 60)
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, str]:
        """What we gave the message along."""
        return self.marks or {"delivery": str(self.delivery), "campaign": str(self.campaign)}

    @property
    def tag(self) -> str:
        """The same, where a provider knows tags only."""
        return "-".join(next(iter(self.metadata.items())))

    @property
    def iso(self) -> str:
        """The moment as ISO 8601."""
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.at))


def uid() -> str:
    """A number that nothing else has."""
    return uuid.uuid4().hex


# ── Their words ──────────────────────────────────────────────────────────────
def amazon_ses(kind: str, about: About) -> Any:
    """What SES publishes to a topic, without SNS around it."""
    mail = {
        "timestamp": about.iso,
        "messageId": f"ses-{about.delivery}",
        "destination": [about.address],
        "headers": [{"name": "X-Metadata", "value": json.dumps(about.metadata)}],
    }
    bounced = {"emailAddress": about.address, "action": "failed", "status": "5.1.1"}
    nobody = NOBODY.format(address=about.address)
    told = {
        "delivered": {
            "eventType": "Delivery",
            "delivery": {"timestamp": about.iso, "recipients": [about.address], "smtpResponse": "250 ok"},
        },
        "dead": {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [{**bounced, "diagnosticCode": f"smtp; {nobody}"}],
                "timestamp": about.iso,
            },
        },
        "soft": {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Transient",
                "bounceSubType": "MailboxFull",
                "bouncedRecipients": [{**bounced, "diagnosticCode": FULL}],
                "timestamp": about.iso,
            },
        },
        "put off": {"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull"}},
        "refused": {"eventType": "Reject", "reject": {"reason": "Bad content"}},
        "complained": {
            "eventType": "Complaint",
            "complaint": {
                "complainedRecipients": [{"emailAddress": about.address}],
                "complaintFeedbackType": "abuse",
                "timestamp": about.iso,
            },
        },
        "opened": {"eventType": "Open", "open": {"userAgent": "x"}},
    }
    return {**told[kind], "mail": mail} if kind in told else None


def brevo(kind: str, about: About) -> Any:
    """One event."""
    event = {
        "delivered": "delivered",
        "dead": "hard_bounce",
        "soft": "soft_bounce",
        "put off": "deferred",
        "refused": "blocked",
        "complained": "spam",
        "left": "unsubscribe",
        "opened": "unique_opened",
    }[kind]
    reason = {"dead": NOBODY.format(address=about.address), "soft": FULL}.get(kind, "")
    return {
        "event": event,
        "email": about.address,
        "id": 1,
        "date": "2026-03-01 12:00:00",
        "ts_epoch": about.at * 1000,
        "message-id": f"<{about.delivery}@smtp-relay.mailin.fr>",
        "X-Mailin-custom": json.dumps(about.metadata),
        "reason": reason,
    }


def mailersend(kind: str, about: About) -> Any:
    """One activity."""
    type_ = {
        "delivered": "delivered",
        "dead": "hard_bounced",
        "soft": "soft_bounced",
        "complained": "spam_complaint",
        "left": "unsubscribed",
        "opened": "opened",
    }.get(kind)
    reason = {"dead": NOBODY.format(address=about.address), "soft": FULL}.get(kind)
    morph = {"object": "recipient_bounce", "reason": reason} if reason else None
    data = {
        "object": "activity",
        "id": uid(),
        "type": type_,
        "created_at": about.iso,
        "email": {
            "message": {"id": f"ms-{about.delivery}"},
            "recipient": {"email": about.address},
            "tags": [about.tag],
        },
        "morph": morph,
    }
    return {"type": f"activity.{type_}", "created_at": about.iso, "data": data} if type_ else None


def mailgun(kind: str, about: About) -> Any:
    """One event, without its signature."""
    nobody = NOBODY.format(address=about.address)
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "delivered", "delivery-status": {"code": 250, "message": "OK"}},
        "dead": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": nobody},
        },
        "put off": {
            "event": "failed",
            "severity": "temporary",
            "reason": "generic",
            "delivery-status": {"code": 452, "message": FULL},
        },
        "refused": {
            "event": "failed",
            "severity": "permanent",
            "reason": "suppress-bounce",
            "delivery-status": {"code": 605, "message": "Not delivering to previously bounced address"},
        },
        "complained": {"event": "complained"},
        "left": {"event": "unsubscribed"},
        "opened": {"event": "opened"},
    }
    if kind not in told:
        return None
    data = {
        "id": uid(),
        "timestamp": about.at + 0.5,
        "recipient": about.address,
        "message": {"headers": {"message-id": f"{about.delivery}@example.org"}},
        "user-variables": about.metadata,
        "tags": [],
        **told[kind],
    }
    return {"event-data": data}


def mailjet(kind: str, about: About) -> Any:
    """A group of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "sent", "smtp_reply": "sent (250 OK)"},
        "dead": {"event": "bounce", "hard_bounce": True, "blocked": False, "error": "user unknown"},
        "soft": {"event": "bounce", "hard_bounce": False, "blocked": False, "error": "quota exceeded"},
        "put off": {"event": "bounce", "hard_bounce": False, "error": "greylisted"},
        "refused": {"event": "blocked", "error_related_to": "mailjet", "error": "preblocked"},
        "complained": {"event": "spam", "source": "JMRPP"},
        "left": {"event": "unsub"},
        "opened": {"event": "open", "agent": "x"},
    }
    common = {
        "time": about.at,
        "MessageID": 19421777396190490 + about.delivery,
        "email": about.address,
        "Payload": json.dumps(about.metadata),
    }
    return [{**told[kind], **common}]


def mailtrap(kind: str, about: About) -> Any:
    """A batch of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "delivery"},
        "dead": {"event": "bounce", "response": NOBODY.format(address=about.address), "response_code": 550},
        "put off": {"event": "soft bounce", "response": FULL},
        "refused": {"event": "reject", "reason": "unsubscribed"},
        "complained": {"event": "spam"},
        "left": {"event": "unsubscribe"},
        "opened": {"event": "open"},
    }
    if kind not in told:
        return None
    common = {
        "event_id": uid(),
        "message_id": uid(),
        "email": about.address,
        "timestamp": about.at,
        "custom_variables": about.metadata,
        "sending_stream": "bulk",
    }
    return {"events": [{**told[kind], **common}]}


def mandrill(kind: str, about: About) -> Any:
    """What stands in the form's field."""
    event = {
        "delivered": None,
        "dead": "hard_bounce",
        "soft": "soft_bounce",
        "put off": "deferral",
        "refused": "reject",
        "complained": "spam",
        "left": "unsub",
        "opened": "open",
    }[kind]
    diag = {"dead": NOBODY.format(address=about.address), "soft": FULL}.get(kind, "")
    message = {"email": about.address, "metadata": about.metadata, "tags": [], "diag": diag, "ts": about.at}
    return [{"event": event, "_id": f"md-{about.delivery}", "ts": about.at, "msg": message}] if event else None


def postal(kind: str, about: About) -> Any:
    """One event."""
    message = {
        "id": about.delivery,
        "token": "abc",
        "direction": "outgoing",
        "message_id": f"{about.delivery}@postal",
        "to": about.address,
        "from": "hello@example.org",
        "tag": about.tag,
    }
    status = {"delivered": "Sent", "dead": "HardFail", "put off": "SoftFail"}.get(kind)
    output = {"dead": NOBODY.format(address=about.address), "delivered": "250 ok", "put off": FULL}.get(kind)
    if kind == "soft":
        payload: dict[str, Any] = {"original_message": message, "bounce": {"id": 4, "subject": "Delivery Error"}}
    elif kind == "refused":
        payload = {"message": message, "status": "HardFail", "details": "Refused", "output": POLICY}
    elif status:
        payload = {"message": message, "status": status, "details": "", "output": output}
    else:
        return None
    return {"event": "MessageEvent", "timestamp": about.at, "payload": payload, "uuid": uid()}


def postmark(kind: str, about: About) -> Any:
    """One record."""
    bounce = {"RecordType": "Bounce", "ID": uid(), "Email": about.address, "BouncedAt": about.iso}
    told: dict[str, dict[str, Any]] = {
        "delivered": {
            "RecordType": "Delivery",
            "Recipient": about.address,
            "DeliveredAt": about.iso,
            "Details": "250 ok",
        },
        "dead": {**bounce, "Type": "HardBounce", "Details": f"smtp;{NOBODY.format(address=about.address)}"},
        "soft": {**bounce, "Type": "SoftBounce", "Details": FULL},
        "put off": {**bounce, "Type": "Transient"},
        "refused": {**bounce, "Type": "Blocked", "Details": POLICY},
        "complained": {**bounce, "RecordType": "SpamComplaint", "Type": "SpamComplaint"},
        "left": {
            "RecordType": "SubscriptionChange",
            "Recipient": about.address,
            "ChangedAt": about.iso,
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
        },
        "opened": {"RecordType": "Open", "Recipient": about.address, "ReceivedAt": about.iso, "UserAgent": "x"},
    }
    return {**told[kind], "MessageID": f"pm-{about.delivery}", "Metadata": about.metadata, "Tag": ""}


def resend(kind: str, about: About) -> Any:
    """One event."""
    type_ = {
        "delivered": "email.delivered",
        "dead": "email.bounced",
        "soft": "email.bounced",
        "put off": "email.delivery_delayed",
        "refused": "email.failed",
        "complained": "email.complained",
        "opened": "email.opened",
    }.get(kind)
    data: dict[str, Any] = {
        "created_at": about.iso,
        "email_id": f"re-{about.delivery}",
        "to": [about.address],
        "headers": [{"name": "X-Metadata", "value": json.dumps(about.metadata)}],
    }
    if kind == "dead":
        said = "The recipient's email provider sent a hard bounce message."
        data["bounce"] = {"message": said, "type": "Permanent", "subType": "General"}
    elif kind == "soft":
        said = "The recipient's email provider sent a general bounce message."
        data["bounce"] = {"message": said, "type": "Transient", "subType": "MailboxFull"}
    return {"type": type_, "created_at": about.iso, "data": data} if type_ else None


def sendgrid(kind: str, about: About) -> Any:
    """A batch of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"event": "delivered", "response": "250 OK"},
        "dead": {
            "event": "bounce",
            "type": "bounce",
            "status": "5.1.1",
            "reason": NOBODY.format(address=about.address),
        },
        "soft": {"event": "bounce", "type": "bounce", "status": "5.2.2", "reason": "552 5.2.2 mailbox full"},
        "put off": {"event": "deferred", "response": FULL, "attempt": "2"},
        "refused": {"event": "dropped", "reason": "Bounced Address"},
        "complained": {"event": "spamreport"},
        "left": {"event": "unsubscribe"},
        "opened": {"event": "open", "useragent": "x"},
    }
    common = {
        "email": about.address,
        "timestamp": about.at,
        "anymail_id": f"sg-{about.delivery}",
        "sg_event_id": uid(),
        "sg_message_id": "filter0001.1.2.0",
        **about.metadata,
    }
    return [{**told[kind], **common}]


def sparkpost(kind: str, about: About) -> Any:
    """A batch of one event."""
    told: dict[str, dict[str, Any]] = {
        "delivered": {"type": "delivery"},
        "dead": {"type": "bounce", "bounce_class": "10", "raw_reason": NOBODY.format(address=about.address)},
        "soft": {"type": "bounce", "bounce_class": "22", "raw_reason": FULL},
        "put off": {"type": "delay", "bounce_class": "21", "raw_reason": "454 4.4.4 no route"},
        "refused": {"type": "policy_rejection", "bounce_class": "25", "raw_reason": "550 rejected"},
        "complained": {"type": "spam_complaint"},
        "left": {"type": "list_unsubscribe"},
        "opened": {"type": "open"},
    }
    common = {
        "event_id": uid(),
        "transmission_id": f"sp-{about.delivery}",
        "raw_rcpt_to": about.address,
        "rcpt_meta": about.metadata,
        "timestamp": str(about.at),
    }
    class_ = {"delivered": "message_event", "opened": "track_event", "left": "unsubscribe_event"}.get(kind)
    return [{"msys": {class_ or "message_event": {**told[kind], **common}}}]


def unisender_go(kind: str, about: About) -> Any:
    """A call with one event, without its signature."""
    told = {
        "delivered": ("delivered", "ok_delivered"),
        "dead": ("hard_bounced", "err_user_unknown"),
        "soft": ("hard_bounced", "err_mailbox_full"),
        "put off": ("soft_bounced", "err_will_retry"),
        "refused": ("hard_bounced", "err_spam_rejected"),
        "complained": ("spam", ""),
        "left": ("unsubscribed", ""),
        "opened": ("opened", ""),
    }[kind]
    reply = NOBODY.format(address=about.address) if kind == "dead" else ""
    data = {
        "job_id": f"ug-{about.delivery}",
        "email": about.address,
        "status": told[0],
        "event_time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(about.at)),
        "metadata": about.metadata,
        "delivery_info": {"delivery_status": told[1], "destination_response": reply},
    }
    event = {"event_name": "transactional_email_status", "event_data": data}
    return {"auth": "", "events_by_user": [{"user_id": 1, "events": [event]}]}


SAYS: dict[str, Callable[[str, About], Any]] = {
    one.__name__: one
    for one in (amazon_ses, brevo, mailersend, mailgun, mailjet, mailtrap, mandrill, postal, postmark, resend, sendgrid,
                sparkpost, unisender_go)
}  # fmt: skip


# ── Their signatures ─────────────────────────────────────────────────────────
def basic(password: str = PASSWORD) -> dict[str, str]:
    """The header of a password."""
    return {"Authorization": f"Basic {base64.b64encode(password.encode()).decode()}"}


def signed(provider: str, said: Any, *, at: float | None = None) -> tuple[bytes, str, dict[str, str]]:
    """Body, content type and headers, as the provider posts `said`."""
    at = time.time() if at is None else at
    headers = basic()
    if provider == "mailgun":
        said = {**said, "signature": mailgun_signature(at)}
    elif provider == "amazon_ses" and "Type" not in said:
        said = sns(said)
    body = json.dumps(said).encode()
    _curve, rsa_key = keys()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if provider == "amazon_ses":
        headers |= {"X-Amz-Sns-Message-Type": said["Type"], "X-Amz-Sns-Message-Id": said["MessageId"]}
    elif provider == "mailersend":
        headers["Signature"] = digest
    elif provider == "mailtrap":
        headers["Mailtrap-Signature"] = digest
    elif provider == "postal":
        signature = rsa_key.sign(body, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what Postal does
        headers["X-Postal-Signature"] = base64.b64encode(signature).decode()
    elif provider == "sendgrid":
        headers |= sendgrid_signature(body, at)
    elif provider == "resend":
        headers |= svix(body, at)
    elif provider == "unisender_go":
        keyed = json.dumps({**said, "auth": SECRET}).encode()
        body = json.dumps({**said, "auth": hashlib.md5(keyed).hexdigest()}).encode()  # noqa: S324 - what they do
    return body, "application/json", headers


def sendgrid_signature(body: bytes, at: float | None = None) -> dict[str, str]:
    """A signature over a moment and the words."""
    moment = str(int(time.time() if at is None else at))
    signature = keys()[0].sign(moment.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Timestamp": moment,
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
    }


def mailgun_signature(at: float, token: str = "") -> dict[str, str]:
    """A signature over a moment and a token."""
    moment, token = str(int(at)), token or uid()
    signature = hmac.new(SECRET.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": moment, "token": token, "signature": signature}


def sns(said: Any, **more: str) -> dict[str, str]:
    """SNS around what SES says."""
    common = {"MessageId": uid(), "TopicArn": TOPIC, "Timestamp": "2026-03-01T12:00:00.000Z"}
    return {"Type": "Notification", "Message": json.dumps(said), **common, **more}


def svix(body: bytes, at: float) -> dict[str, str]:
    """Svix' headers."""
    name, moment = f"msg_{hashlib.sha256(body).hexdigest()[:20]}", str(int(at))
    secret = base64.b64decode(SVIX.removeprefix("whsec_"))
    digest = hmac.new(secret, f"{name}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"svix-id": name, "svix-timestamp": moment, "svix-signature": signature}


def post(provider: str, said: Any, *, at: float | None = None, **headers: str) -> HttpResponse:
    """Post as the provider does; `headers` replace its own."""
    address = f"/webhooks/{provider}/"
    if provider == "mandrill":
        return post_form(address, said)
    body, content_type, own = signed(provider, said, at=at)
    return send(address, body, content_type, {**own, **headers})


def send(address: str, body: bytes, content_type: str, headers: dict[str, str]) -> HttpResponse:
    """Post these bytes."""
    return Client().post(address, body, content_type=content_type, headers=headers)  # type: ignore[return-value]


def post_form(address: str, said: Any) -> HttpResponse:
    """As Mandrill posts: a form with a field, signed over the address and all fields."""
    field = json.dumps(said)
    text = f"http://testserver{address}mandrill_events{field}"
    url_with_password = text.replace("http://", f"http://{PASSWORD}@")
    digest = hmac.new(SECRET.encode(), url_with_password.encode(), hashlib.sha1).digest()
    headers = {**basic(), "X-Mandrill-Signature": base64.b64encode(digest).decode()}
    body = urlencode({"mandrill_events": field}).encode()
    return send(address, body, "application/x-www-form-urlencoded", headers)
