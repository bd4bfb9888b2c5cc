"""Amazon tells its news by SNS: a topic first asks whether we want to hear it.

Anymail does not verify what SNS signs, and no library that we keep does. What protects us: the password in the address,
over TLS, and that only topics named in `AMAZON_SES_TOPICS` are listened to. A subscription is confirmed by asking
Amazon's own service in the topic's region, never by following an address that came with the question.
"""

import json
import logging
import re
from typing import TYPE_CHECKING, Any, cast

from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.http import HttpRequest

if TYPE_CHECKING:
    from anymail.webhooks.amazon_ses import AmazonSESBaseWebhookView

log = logging.getLogger(__name__)

TOPIC = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[\w.-]{1,256}")
SOON: dict[str, Any] = {"connect_timeout": 3, "read_timeout": 5, "retries": {"total_max_attempts": 1}}


def topics() -> list[str]:
    """The topics we listen to."""
    said: Any = settings.ANYMAIL.get("AMAZON_SES_TOPICS") or []
    return [one.strip() for one in (said.split(",") if isinstance(said, str) else said) if one.strip()]


def is_ours(request: HttpRequest) -> bool:
    """Whether a message of SNS is of a topic we listen to."""
    topic = _said(request).get("TopicArn")
    if topic not in topics():
        log.warning("A topic of Amazon SNS that AMAZON_SES_TOPICS does not name was refused")
        return False
    return True


def confirm_if_asked(reader: AnymailBaseWebhookView, request: HttpRequest) -> bool:
    """Say yes to a topic of ours that asks whether we want its news; False where that failed: Amazon asks again."""
    from botocore.exceptions import BotoCoreError, ClientError  # large, and of use to this provider only

    said = _said(request)
    found = TOPIC.fullmatch(str(said.get("TopicArn")))
    if said.get("Type") != "SubscriptionConfirmation" or not found:
        return True
    try:
        _confirm(cast("AmazonSESBaseWebhookView", reader), found, str(said.get("Token")))
    except (BotoCoreError, ClientError) as why:
        log.error("The subscription of a topic of Amazon SNS could not be confirmed: %s", why)
        return False
    return True


def _confirm(amazon: "AmazonSESBaseWebhookView", topic: re.Match[str], token: str) -> None:
    from botocore.config import Config

    client = amazon.get_boto_client("sns", region_name=topic["region"], config=Config(**SOON))
    try:
        client.confirm_subscription(TopicArn=topic[0], Token=token, AuthenticateOnUnsubscribe="true")
    finally:
        client.close()


def _said(request: HttpRequest) -> dict[str, Any]:
    return dict(json.loads(request.body))
