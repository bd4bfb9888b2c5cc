"""Providers' news in the words of the back office."""

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.actions.news import Kind
from campaigns.models import ProviderEvent
from crm.links import public_url
from crm.provider.known import heard

NAMES = {
    "amazon_ses": "Amazon SES",
    "brevo": "Brevo",
    "mailersend": "MailerSend",
    "mailgun": "Mailgun",
    "mailjet": "Mailjet",
    "mailtrap": "Mailtrap",
    "mandrill": "Mandrill",
    "postal": "Postal",
    "postmark": "Postmark",
    "resend": "Resend",
    "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
    "unisender_go": "Unisender Go",
}
KINDS: dict[str, object] = {
    Kind.ACCEPTED: _("taken by the provider"),
    Kind.DEFERRED: _("put off"),
    Kind.SOFT_BOUNCED: _("came back for the time being"),
    Kind.FAILED: _("refused"),
    Kind.DELIVERED: _("delivered"),
    Kind.BOUNCED: _("came back: nobody has the address"),
    Kind.COMPLAINED: _("marked as spam"),
    Kind.UNSUBSCRIBED: _("wants nothing more"),
}
WHAT_TO_DO: dict[str, object] = {
    ProviderEvent.Why.UNREADABLE: _("The provider may have changed how it writes. Tell whoever runs this server."),
    ProviderEvent.Why.OTHER_KIND: _("Nothing needs to be done. The provider's own settings say which news it sends."),
    ProviderEvent.Why.NO_MESSAGE: _("Another house may send by the same account. Nothing needs to be done then."),
    ProviderEvent.Why.OTHERS: _("Another house may send by the same account. Nothing needs to be done then."),
    ProviderEvent.Why.BROKE: _("Have it processed again. If it comes back, tell whoever runs this server."),
}


class TellsUs(NamedTuple):
    """A provider, and the address at which it brings its news."""

    name: str
    address: str


def addresses() -> list[TellsUs]:
    """Where the providers in use bring their news."""
    providers = heard(settings.EMAIL_PROVIDER, settings.WEBHOOK_PROVIDERS)
    return [TellsUs(NAMES[one], public_url(reverse("campaigns:told", args=[one]))) for one in providers]


def tell(row: ProviderEvent) -> dict[str, object]:
    """An event that was set aside, for the page."""
    return {
        "row": row,
        "provider": NAMES.get(row.provider, row.provider),
        "kind": KINDS.get(row.kind, row.kind),
        "why": row.get_why_display(),
        "what_to_do": WHAT_TO_DO.get(row.why, ""),
    }
