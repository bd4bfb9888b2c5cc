"""Events in the back office: the list with its seats, the form, and the buttons that do something."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from crm.doors import page
from crm.errors import Refused
from engagement.actions import call_off_event, duplicate_event, publish_event, revise_event
from engagement.actions.events import free_slug
from engagement.models import Event
from engagement.wording import span_in_words

CHANGE = ["change"]
Done = tuple[Event, str]
"""The event to show next, and what is said about it."""


class EventForm(forms.ModelForm):
    """An event, and whether those who registered are told of a new time or place."""

    tell = forms.BooleanField(
        label=_("Mail everybody who registered"),
        required=False,
        help_text=_("Only when the time or the place is changed: they get the new facts and a calendar file."),
    )

    class Meta:
        model = Event
        exclude = ["state", "revision"]  # noqa: DJ006 - the verbs own these two

    def clean_capacity(self) -> int | None:
        """Nobody who holds a seat loses it."""
        seats = self.cleaned_data["capacity"]
        taken = self.instance.registrations.seated().count() if self.instance.pk else 0
        if seats is not None and seats < taken:
            raise forms.ValidationError(
                _t("%(taken)s people hold a seat already. Keep at least that many seats.") % {"taken": taken}
            )
        return seats


@admin.register(Event)
class EventAdmin(ModelAdmin):
    """Plan events, open them, see how they fill, call them off."""

    when_empty = _("Forums, workshops and trainings. People register on the public site once an event is published.")
    form = EventForm
    list_display = ["name", "when", "seats", "stands"]
    list_filter = ["state", "kind", "featured"]
    list_per_page = 30
    search_fields = ["title_en", "title_es", "venue"]
    date_hierarchy = "starts_at"
    view_on_site = False
    prepopulated_fields = {"slug": ["title_en"]}
    actions_detail = ["list_at_the_door", "public_page", "publish", "duplicate", "call_off"]
    fieldsets: Any = [
        (None, {"fields": [("kind", "featured"), "starts_at", "ends_at", "tell", "slug"]}),
        (_("Place and seats"), {"fields": ["venue", ("address", "zip"), ("capacity", "waitlist")]}),
        (_("In English"), {"classes": ["tab"], "fields": ["title_en", "summary_en", "description_en"]}),
        (_("In Spanish"), {"classes": ["tab"], "fields": ["title_es", "summary_es", "description_es"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Every event with its counts."""
        return super().get_queryset(request).with_counts()

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None):
        """A new event has nobody to tell yet."""
        if obj:
            return self.fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "tell"]})
            for title, options in self.fieldsets
        ]

    def save_model(self, request: HttpRequest, obj: Event, form: forms.ModelForm, change: bool) -> None:
        """A change goes through the verb: calendars learn of it, and new seats go to those who wait."""
        if not change:
            obj.slug = obj.slug or free_slug(obj.title_en)
            obj.save()
            return
        told = revise_event(
            obj, changed=set(form.changed_data), tell=form.cleaned_data.get("tell", False), by=request.user
        )
        if told:
            self.message_user(request, _told(told))

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """An event that people registered for is called off, not deleted."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (not isinstance(obj, Event) or not obj.registrations.exists())

    def has_duplicate_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Who may add an event may copy one."""
        return self.has_add_permission(request)

    def has_door_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Who may mark who came."""
        return request.user.has_perm("engagement.change_registration")

    def get_actions_detail(self, request: HttpRequest, object_id: int):
        """Only the buttons that make sense for the event as it stands."""
        event = get_object_or_404(Event, pk=object_id)
        senseless = {
            "publish": event.state != Event.State.DRAFT,
            "call_off": event.state != Event.State.PUBLISHED or event.is_over,
            "public_page": event.state == Event.State.DRAFT,
        }
        offered = super().get_actions_detail(request, object_id)
        return [button for button in offered if not senseless.get(button.path.replace("-", "_"))]

    @display(description=_("event"), ordering="title_en", header=True)
    def name(self, event: Event) -> tuple[str, str]:
        """The title, with the kind under it."""
        return event.title, str(event.get_kind_display())

    @display(description=_("when"), ordering="starts_at")
    def when(self, event: Event) -> str:
        """Day and hours in words."""
        return span_in_words(event.starts_at, event.ends_at)

    @display(description=_("seats"))
    def seats(self, event: Event) -> SafeString:
        """A bar of seats that are taken, and who waits."""
        return render_to_string("engagement/_seats_bar.html", {"event": event})

    @display(
        description=_("state"),
        ordering="state",
        label={Event.State.DRAFT: "warning", Event.State.PUBLISHED: "success", Event.State.CANCELLED: "danger"},
    )
    def stands(self, event: Event) -> tuple[str, str]:
        """The state as a coloured label."""
        return event.state, str(event.get_state_display())

    @action(description=_("List at the door"), url_path="door", permissions=["change"])
    def list_at_the_door(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who registered, and who came."""
        return redirect("engagement:attendance", pk=object_id)

    @action(description=_("Public page"), url_path="public-page", permissions=["view"])
    def public_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The event as the public sees it."""
        return redirect(get_object_or_404(Event, pk=object_id).get_absolute_url())

    @action(description=_("Publish"), url_path="publish", permissions=CHANGE)
    def publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask once, then show the event to the public."""
        text = _t("The public sees the event and can register for it from then on.")
        return self._ask(request, object_id, _t("Publish this event?"), text, _t("Publish it"), _publish)

    @action(description=_("Duplicate"), url_path="duplicate", permissions=["duplicate"])
    def duplicate(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask once, then make a draft with the same words four weeks later."""
        text = _t("A new draft with the same words, place and seats, four weeks later. Nobody is registered for it.")
        return self._ask(request, object_id, _t("Duplicate this event?"), text, _t("Duplicate it"), _duplicate)

    @action(description=_("Call off"), url_path="call-off", permissions=CHANGE)
    def call_off(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask once, then say that it does not take place and mail everybody."""
        concerned = get_object_or_404(Event, pk=object_id).registrations.concerned().count()
        text = ngettext(
            "%(count)s person who registered or waits gets a mail. This cannot be taken back.",
            "%(count)s people who registered or wait get a mail. This cannot be taken back.",
            concerned,
        ) % {"count": concerned}
        return self._ask(request, object_id, _t("Call this event off?"), text, _t("Call it off"), _call_off)

    def _ask(
        self, request: HttpRequest, pk: int, title: str, text: str, button: str, do: Callable[[Event, object], Done]
    ) -> HttpResponse:
        event = get_object_or_404(Event, pk=pk)
        if request.method != "POST":
            return page(
                request,
                "engagement/ask_event.html",
                {"title": title, "text": text, "button": button, "event": event, "opts": self.model._meta},
            )
        try:
            event, said = do(event, request.user)
        except Refused as reason:
            self.message_user(request, str(reason), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:engagement_event_change", event.pk)


def _publish(event: Event, user) -> Done:
    return publish_event(event, by=user), _t("The event is published.")


def _duplicate(event: Event, user) -> Done:
    return duplicate_event(event, by=user), _t("This is the copy. Change what differs, then publish it.")


def _call_off(event: Event, user) -> Done:
    return event, _told(call_off_event(event, by=user))


def _told(mails: int) -> str:
    return ngettext("%(count)s mail is on its way.", "%(count)s mails are on their way.", mails) % {"count": mails}
