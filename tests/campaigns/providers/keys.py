"""The secrets of every provider, and what they sign with."""

import base64
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

TOPIC = "arn:aws:sns:us-east-1:123456789012:alliance-news"
PASSWORD = "news:of-the-tests"
SECRET = "signing-secret-of-the-tests"
SVIX = "whsec_" + base64.b64encode(b"svix secret of the tests").decode()


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
