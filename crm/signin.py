"""Signing in and setting a new password (decision 0017)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from crm.actions.outbox import queue_mail
from crm.limits import too_often
from crm.links import public_url
from crm.mails import render_mail
from crm.models import User

QUARTER, HOUR = 15 * 60, 60 * 60
TRIES_AT_ONE_ACCOUNT = 8
TRIES_FROM_ONE_PLACE = 40
RESETS_FOR_ONE_ADDRESS = 3
RESETS_FROM_ONE_PLACE = 15

NO_MATCH = _(
    "This address and password do not belong together. Check both: capital letters matter. "
    "If you forgot your password, set a new one below."
)
TOO_MANY_TRIES = _("That was wrong too often. Wait a quarter of an hour, or set a new password below.")
TOO_MANY_RESETS = _("We have sent several mails already. Look for them, also among unwanted mail, and wait an hour.")


class SignInForm(AuthenticationForm):
    """E-mail address and password; a place that keeps guessing has to wait."""

    error_messages = {"invalid_login": NO_MATCH, "inactive": NO_MATCH, "too_many": TOO_MANY_TRIES}

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "inputmode": "email"}

    def clean(self) -> dict[str, Any]:
        """Count the try before the password is looked at."""
        account = self.cleaned_data.get("username", "")
        if self.request is not None and guesses_too_often(self.request, account):
            raise ValidationError(self.error_messages["too_many"], code="too_many")
        return super().clean()


def guesses_too_often(request: HttpRequest, account: str) -> bool:
    """Whether this place tried this account, or accounts in general, too often in a quarter of an hour."""
    here = too_often(request, "sign-in", limit=TRIES_FROM_ONE_PLACE, seconds=QUARTER)
    this = too_often(request, f"sign-in:{_hidden(account)}", limit=TRIES_AT_ONE_ACCOUNT, seconds=QUARTER)
    return here or this


class ForgotForm(PasswordResetForm):
    """Asks for a mail with a link to set a new password; answers the same whether the address is known or not."""

    def __init__(self, *args: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget.attrs |= {"class": " ".join(BASE_INPUT_CLASSES), "autofocus": ""}

    def clean_email(self) -> str:
        """Nobody's mailbox is filled by strangers."""
        email = self.cleaned_data["email"].strip().lower()
        if self.request is not None:
            here = too_often(self.request, "reset", limit=RESETS_FROM_ONE_PLACE, seconds=HOUR)
            this = too_often(self.request, f"reset:{_hidden(email)}", limit=RESETS_FOR_ONE_ADDRESS, seconds=HOUR)
            if here or this:
                raise ValidationError(TOO_MANY_RESETS, code="too_many")
        return email

    def get_users(self, email: str) -> Iterable[User]:
        """Who signs in with the address, also when they never chose a password."""
        return User.objects.filter(email=email, is_active=True)

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """Leave the mail in the outbox."""
        send_password_link(context["user"], context["uid"], context["token"], "crm/mails/new_password")


class NewPasswordForm(SetPasswordForm):
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget = forms.PasswordInput(
                attrs={"class": " ".join(BASE_INPUT_CLASSES), "autocomplete": "new-password"}
            )
        self.fields["new_password2"].label = _("The same once more")


def send_password_link(user: Any, uid: str, token: str, template: str) -> None:
    """Queue the mail `template` with a link by which `user` sets a password; good for a day, and once."""
    from django.urls import reverse
    from django.utils.translation import get_language

    link = public_url(reverse("crm:set-password", args=[uid, token]))
    mail = render_mail(template, get_language() or "en", {"user": user, "link": link})
    queue_mail(purpose=template.rpartition("/")[2].replace("_", "-"), to=user.email, **mail._asdict())


def _hidden(account: str) -> str:
    """A key that tells accounts apart and nothing about them."""
    return salted_hmac("crm.signin", account.strip().lower(), algorithm="sha256").hexdigest()[:24]
