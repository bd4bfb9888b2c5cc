"""Setting a new password by mail."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import views
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.policy import relaxed
from crm.signin import ForgotForm, NewPasswordForm


class SignInFrame:
    """The pages around sign-in share the frame of the sign-in page."""

    title: Any
    template_name: str

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """What the frame shows."""
        frame = admin.site.each_context(self.request)  # type: ignore[attr-defined]
        return {**frame, **super().get_context_data(**context), "title": self.title}  # type: ignore[misc]

    def dispatch(self, *args: Any, **kwargs: Any) -> Any:
        """The frame is unfold's, so is what a browser may load."""
        return relaxed(super().dispatch(*args, **kwargs))  # type: ignore[misc]


class Forgot(SignInFrame, views.PasswordResetView):
    """Ask for the mail."""

    title = _("Set a new password")
    template_name = "crm/signin/forgot.html"
    form_class = ForgotForm
    success_url = reverse_lazy("crm:forgot-sent")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form counts where requests come from."""
        return {**super().get_form_kwargs(), "request": self.request}


class ForgotSent(SignInFrame, views.PasswordResetDoneView):
    """What happens next."""

    title = _("Look into your mailbox")
    template_name = "crm/signin/sent.html"


class SetPassword(SignInFrame, views.PasswordResetConfirmView):
    """Opened from the mail."""

    title = _("Choose a password")
    template_name = "crm/signin/set.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("crm:password-set")


class PasswordSet(SignInFrame, views.PasswordResetCompleteView):
    """Done."""

    title = _("Your password is set")
    template_name = "crm/signin/done.html"
