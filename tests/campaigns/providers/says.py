"""The words of each provider by its name: `SAYS["brevo"]("dead", About())`."""

from collections.abc import Callable
from typing import Any

from tests.campaigns.providers.about import About
from tests.campaigns.providers.amazon_ses import amazon_ses
from tests.campaigns.providers.brevo import brevo
from tests.campaigns.providers.mailersend import mailersend
from tests.campaigns.providers.mailgun import mailgun
from tests.campaigns.providers.mailjet import mailjet
from tests.campaigns.providers.mailtrap import mailtrap
from tests.campaigns.providers.mandrill import mandrill
from tests.campaigns.providers.postal import postal
from tests.campaigns.providers.postmark import postmark
from tests.campaigns.providers.resend import resend
from tests.campaigns.providers.sendgrid import sendgrid
from tests.campaigns.providers.sparkpost import sparkpost
from tests.campaigns.providers.unisender_go import unisender_go

SAYS: dict[str, Callable[[str, About], Any]] = {
    one.__name__: one
    for one in (amazon_ses, brevo, mailersend, mailgun, mailjet, mailtrap, mandrill, postal, postmark, resend, sendgrid,
                sparkpost, unisender_go)
}  # fmt: skip
