"""Posting as each provider does, signed."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.http import HttpResponse
from django.test import Client

from tests.campaigns.providers.amazon_ses import sns
from tests.campaigns.providers.keys import PASSWORD, SECRET, keys
from tests.campaigns.providers.mailgun import mailgun_signature
from tests.campaigns.providers.resend import svix
from tests.campaigns.providers.sendgrid import sendgrid_signature


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
