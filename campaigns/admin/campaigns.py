"""Newsletters: the list, and the editor with its preview."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from campaigns.actions.content import ContentIsFrozen, copy_campaign, save_campaign, send_test
from campaigns.admin.words import editor_words
from campaigns.forms import CampaignForm, TestForm
from campaigns.models import Campaign
from campaigns.sending.ledger.counting import LOOKED_AT, states_of
from campaigns.sending.telling.progress import ARRIVED
from crm.errors import Refused
from crm.models import Organisation, User
from crm.policy import RELAXED

PICTURES = {**RELAXED, "img-src": ["'self'", "data:", "https:", "http:"]}
"""The editor shows pictures from the web in its sandboxed preview."""


def who(request: HttpRequest) -> User:
    """The person of the house who is signed in; the admin lets nobody else this far."""
    return cast(User, request.user)


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):
    """Write, look at, test and copy newsletters; launched ones can only be read."""

    when_empty = _("Newsletters are written here, looked at, and sent to those who said yes to their topic.")
    form = CampaignForm
    list_display = ["name", "state_word", "topic", "audience", "reached", "sent_on", "created_at"]
    list_filter = ["state", "topic", "part"]
    list_select_related = ["topic"]
    search_fields = ["name", "subject", "subject_es"]
    date_hierarchy = None
    actions = ["make_copies"]
    warn_unsaved_form = True
    change_form_show_cancel_button = True
    fieldsets = [
        (_("What and to whom"), {"fields": ["name", "topic", "include", "exclude"]}),
        (_("In the inbox"), {"fields": ["subject", "preheader", "subject_es", "preheader_es"]}),
        (_("If the line breaks"), {"fields": ["uncertain_policy"]}),
        (_("In the mail"), {"fields": ["blocks"]}),
    ]

    # ── The list ─────────────────────────────────────────────────────────────
    @display(
        description=_("state"),
        ordering="state",
        label={"draft": "info", "sending": "warning", "paused": "danger", "sent": "success", "cancelled": "default"},
    )
    def state_word(self, campaign: Campaign) -> tuple[str, str]:
        """The state as a coloured word."""
        return campaign.state, campaign.get_state_display()

    @display(description=_("people"), ordering="audience_size")
    def audience(self, campaign: Campaign) -> str:
        """How many it was launched to."""
        return "–" if campaign.audience_size is None else f"{campaign.audience_size:,}"

    @display(description=_("reached"))
    def reached(self, campaign: Campaign) -> str:
        """How many of them a mail server took it for, as a part of all."""
        counts = getattr(campaign, "counts", None)
        if not counts or not campaign.audience_size:
            return "–"
        arrived = sum(counts[state] for state in ARRIVED)
        return f"{arrived:,} ({arrived * 100 // campaign.audience_size} %)"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with what became of the messages of those it shows, asked once for all of them."""
        shown = super().get_changelist_instance(request)
        shown.result_list = list(shown.result_list)
        launched = [campaign for campaign in shown.result_list if campaign.state != Campaign.State.DRAFT]
        counts = states_of([campaign.pk for campaign in launched], most=LOOKED_AT)
        for campaign in launched:
            campaign.counts = counts[campaign.pk]
        return shown

    @display(description=_("launched"), ordering="launched_at")
    def sent_on(self, campaign: Campaign) -> Any:
        """When it was launched."""
        return campaign.launched_at

    @admin.action(description=_("Copy as new drafts"), permissions=["add"])
    def make_copies(self, request: HttpRequest, chosen: QuerySet[Campaign]) -> None:
        """A draft for every chosen newsletter."""
        copies = [copy_campaign(campaign, by=who(request)) for campaign in chosen.select_related("topic")]
        self.message_user(request, ngettext("%d copy made.", "%d copies made.", len(copies)) % len(copies))

    # ── The editor ───────────────────────────────────────────────────────────
    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """Only drafts can be changed."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == Campaign.State.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """Only drafts can be thrown away; the list deletes none, so that no launched one slips in."""
        return super().has_delete_permission(request, obj) and obj is not None and obj.state == Campaign.State.DRAFT

    def get_fieldsets(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        """Who gets a correction is decided by what it corrects, so nothing is chosen there."""
        if obj is None or obj.corrects_id is None:
            return super().get_fieldsets(request, obj)
        return [(_("What"), {"fields": ["name"]}), *self.fieldsets[1:]]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Segments as check boxes."""
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new newsletter starts with a greeting, so that nobody faces an empty page."""
        return {"blocks": [{"kind": "text", "text": "Hi {{ first_name|neighbor }},\n\n"}]}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The editor for drafts; how far it is, for launched ones."""
        campaign = self.get_object(request, object_id) if object_id else None
        if campaign is not None and not self.has_change_permission(request, campaign):
            if request.method == "POST":
                self.message_user(request, str(ContentIsFrozen()), messages.ERROR)
            route = "content" if campaign.state == Campaign.State.DRAFT else "progress"
            return HttpResponseRedirect(reverse(f"campaigns:{route}", args=[campaign.pk]))
        more = {
            "organisation": Organisation.load(),
            "words": editor_words(),
            "test_address": request.POST.get("test_address") or who(request).email,
            "show_save_and_add_another": False,
        }
        response = super().changeform_view(request, object_id, form_url, more | (extra_context or {}))
        response._csp_config = PICTURES
        return response

    def save_model(self, request: HttpRequest, obj: Campaign, form: Any, change: bool) -> None:
        """Save by the verb, which checks again."""
        save_campaign(obj, by=who(request))

    def response_add(self, request: HttpRequest, obj: Campaign, post_url_continue: str | None = None) -> HttpResponse:
        """Stay in the editor after a test."""
        return self._after(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        """Stay in the editor after a test."""
        return self._after(request, obj) or super().response_change(request, obj)

    def _after(self, request: HttpRequest, campaign: Campaign) -> HttpResponse | None:
        here = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
        if "_launch" in request.POST:
            return HttpResponseRedirect(reverse("campaigns:review", args=[campaign.pk]))
        if "_test" not in request.POST:
            return None
        self._send_test(request, campaign)
        return HttpResponseRedirect(here)

    def _send_test(self, request: HttpRequest, campaign: Campaign) -> None:
        asked = TestForm(request.POST)
        if not asked.is_valid():
            self.message_user(request, _t("Saved. The test was not sent: enter an e-mail address."), messages.ERROR)
            return
        address, language = asked.cleaned_data["test_address"], asked.cleaned_data["test_language"] or "en"
        try:
            send_test(campaign, address, language=language, by=who(request))
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, _t("Saved. The test is on its way to %(to)s.") % {"to": address})
