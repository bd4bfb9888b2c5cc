"""People who sign in: invited by mail, they choose their own password."""

from django.contrib.auth.tokens import default_token_generator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from crm.models import User
from crm.signin import send_password_link


def invite(user: User, *, by: User) -> None:
    """Send `user` a link by which they choose a password; it works once and for a day."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    send_password_link(user, uid, default_token_generator.make_token(user), "crm/mails/invitation")
