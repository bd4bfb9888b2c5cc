"""The providers we can send through: each a row of what is particular about it.

`EMAIL_URL=mailgun://` chooses one; its keys are variables under the names anymail's manual gives them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Batch:
    """How a provider takes many letters of one stencil in a request.

    `placeholder` is what stands in the text for the value called `{}`; `most` is what the provider takes at once.
    """

    placeholder: str
    most: int
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Key:
    """How a provider knows a message again that it was given before.

    `header` carries the key, of the request or (`in_mail`) of the mail; for `window` seconds it is remembered, kept
    shorter here than the provider promises. `had_it` is what a provider says that does not answer as it did before.
    """

    header: str
    window: float
    in_mail: bool = False
    had_it: str = "\0"


@dataclass(frozen=True)
class Provider:
    """What is particular about one; `means` finds where a text would be read as something to fill in.

    Without `batch` every letter is a request of its own: its placeholders are unknown inside of texts, or nobody says
    how values are escaped there. `proofs` are sets of variables of which one must be there before its news are
    believed; a provider without any brings none.
    """

    needs: tuple[str, ...]
    proofs: tuple[tuple[str, ...], ...] = (("WEBHOOK_SECRET",),)
    means: re.Pattern[str] | None = None
    batch: Batch | None = None
    key: Key | None = None
    extra: tuple[tuple[str, object], ...] = ()


_CURLY = re.compile(r"\{(?=[{%$])")
_HOUR = 3600

PROVIDERS: dict[str, Provider] = {
    "amazon_ses": Provider(needs=(), proofs=(("WEBHOOK_SECRET", "AMAZON_SES_TOPICS"),)),
    "brevo": Provider(
        needs=("BREVO_API_KEY",),
        means=_CURLY,
        key=Key("idempotencyKey", 25 * 60, in_mail=True, had_it="duplicate_parameter"),
    ),
    "mailersend": Provider(needs=("MAILERSEND_API_TOKEN",), proofs=(("MAILERSEND_SIGNING_SECRET",),), means=_CURLY),
    "mailgun": Provider(
        needs=("MAILGUN_API_KEY",),
        proofs=(("MAILGUN_WEBHOOK_SIGNING_KEY",),),
        means=re.compile(r"%(?=recipient|unsubscribe|tag_unsubscribe|mailing_list)", re.IGNORECASE),
        batch=Batch("%recipient.{}%", most=1000),
    ),
    "mailjet": Provider(needs=("MAILJET_API_KEY", "MAILJET_SECRET_KEY"), means=re.compile(r"\{(?=[{%])|\[(?=\[)")),
    "mailtrap": Provider(needs=("MAILTRAP_API_TOKEN",), proofs=(("MAILTRAP_TRACKING_SECRET",), ("WEBHOOK_SECRET",))),
    "mandrill": Provider(
        needs=("MANDRILL_API_KEY",),
        proofs=(("MANDRILL_WEBHOOK_KEY",),),
        means=re.compile(r"\*(?=\|)|\{(?=\{)"),
        extra=(("message", {"merge": False}),),
    ),
    "postal": Provider(needs=("POSTAL_API_KEY", "POSTAL_API_URL"), proofs=(("POSTAL_WEBHOOK_KEY",),)),
    "postmark": Provider(needs=("POSTMARK_SERVER_TOKEN",)),
    "resend": Provider(
        needs=("RESEND_API_KEY",),
        proofs=(("RESEND_SIGNING_SECRET",), ("WEBHOOK_SECRET",)),
        key=Key("Idempotency-Key", 23 * _HOUR),
    ),
    "scaleway": Provider(needs=("SCALEWAY_SECRET_KEY", "SCALEWAY_PROJECT_ID"), proofs=()),
    "sendgrid": Provider(
        needs=("SENDGRID_API_KEY",),
        proofs=(("SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",), ("WEBHOOK_SECRET",)),
        means=re.compile(r"<(?=%)|\[(?=unsubscribe|weblink|%)", re.IGNORECASE),
        batch=Batch("__{}__", most=1000, extra=(("merge_field_format", "__{}__"),)),
    ),
    "sparkpost": Provider(needs=("SPARKPOST_API_KEY",), means=_CURLY, batch=Batch("{{{{{{{}}}}}}}", most=1000)),
    "unisender_go": Provider(
        needs=("UNISENDER_GO_API_KEY", "UNISENDER_GO_API_URL"),
        proofs=(("UNISENDER_GO_API_KEY",),),
        means=_CURLY,
        extra=(("template_engine", "none"),),
    ),
}
"""By the name of anymail's module for it."""


def provider_named(email_url: str) -> str:
    """The provider that `EMAIL_URL` names, empty when it names a mail server; raises ImproperlyConfigured."""
    scheme = email_url.partition(":")[0].lower()
    name = scheme.replace("-", "_")
    if name in PROVIDERS or not scheme or scheme.startswith("smtp"):
        return name if name in PROVIDERS else ""
    known = ", ".join(f"{one.replace('_', '-')}://" for one in PROVIDERS)
    servers = "smtp://, smtp+tls://, smtp+ssl://"
    raise ImproperlyConfigured(
        f"EMAIL_URL begins with {scheme}://; it may begin with {servers}, or a provider: {known}."
    )


def heard(name: str, others: Iterable[str] = ()) -> list[str]:
    """The providers whose news are taken in: the one we send by, and others whose last mails are still under way."""
    return sorted({one for one in (name, *others) if one in PROVIDERS and PROVIDERS[one].proofs})


def missing_proof(name: str, known: Mapping[str, object]) -> str:
    """The variables without which nobody can tell whether news are this provider's own; empty when they are there."""
    proofs = PROVIDERS[name].proofs
    if any(all(known.get(variable) for variable in proof) for proof in proofs):
        return ""
    return " or ".join(" and ".join(map(in_the_environment, proof)) for proof in proofs)


def proves_by_itself(name: str, known: Mapping[str, object]) -> bool:
    """Whether a provider signs what it says, and needs no password beside that."""
    signed = (proof for proof in PROVIDERS[name].proofs if "WEBHOOK_SECRET" not in proof)
    return any(all(known.get(variable) for variable in proof) for proof in signed)


def in_the_environment(variable: str) -> str:
    """The name under which a variable is set; what is no provider's own has anymail's name before it."""
    return f"ANYMAIL_{variable}" if variable == "WEBHOOK_SECRET" else variable


def transport_for(email_url: str) -> str:
    """The transport that fits `EMAIL_URL`."""
    by_provider = "crm.provider.transport.ProviderTransport"
    return by_provider if provider_named(email_url) else "campaigns.sending.smtp.transport.SmtpTransport"


def variables(environment: Mapping[str, str]) -> dict[str, object]:
    """What the environment says about providers, under anymail's own names; `ANYMAIL_` may stand before them.

    Keys stay words; a value in brackets is read as JSON. Raises ImproperlyConfigured where it is none.
    """
    prefixes = ("ANYMAIL_", *(f"{name.upper()}_" for name in PROVIDERS))
    said = {name: value for name, value in environment.items() if name.startswith(prefixes) and value}
    return {name.removeprefix("ANYMAIL_"): _value(name, value) for name, value in said.items()}


def _value(name: str, value: str) -> object:
    if value[0] not in "{[":
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} begins like JSON, but is none.") from None
