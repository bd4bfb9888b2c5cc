"""When newsletters leave: one row, so the menu leads straight to its form."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from campaigns.actions.pace import save_sending_rules
from campaigns.forms import SendingRulesForm
from campaigns.models import SendingRules
from campaigns.pacing import rules_in_words


@admin.register(SendingRules)
class SendingRulesAdmin(ModelAdmin):
    """Quiet hours and the warm-up, for managers."""

    form = SendingRulesForm
    compressed_fields = True
    change_form_before_template = "campaigns/_rules.html"
    fieldsets = (
        (_("Quiet hours"), {"fields": ("quiet_hours", ("quiet_from", "quiet_until"))}),
        (
            _("A new sender"),
            {
                "fields": (
                    "warm_up",
                    ("warm_up_first", "warm_up_growth"),
                    ("warm_up_target", "warm_up_hour"),
                    "warm_up_since",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SendingRules | None = None) -> bool:
        """And it stays."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """A list of one is no list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rules, _made = SendingRules.objects.get_or_create(pk=1)
        return redirect(reverse("admin:campaigns_sendingrules_change", args=[rules.pk]))

    def render_change_form(self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any) -> HttpResponse:
        """With what the rules come to now; saving stays here anyway."""
        context["rules_in_words"] = rules_in_words(SendingRules.load())
        context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: SendingRules, form: object, change: bool) -> None:
        """Save by the verb."""
        save_sending_rules(obj, by=request.user)

    def response_post_save_change(self, request: HttpRequest, obj: SendingRules) -> HttpResponse:
        """Stay on the form after saving."""
        return redirect(request.path)
