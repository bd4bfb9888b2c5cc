"""The back office's door to feeds: where partners' files are read, how it went, and reading one at once."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from contacts.imports.feeds.actions import ask_to_read, leave_file_out
from contacts.imports.feeds.addresses import shown
from contacts.imports.feeds.folder import home_of
from contacts.imports.feeds.forms import FeedForm
from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.feeds.standing import FINE, OFF, TROUBLE, WAITS, in_words, standing_of, why
from crm.doors import page
from crm.errors import Refused

LATEST = 5
DASH = "–"
LINK = '<p><a class="text-primary-600 dark:text-primary-500 font-medium" href="{}">{}</a></p>'
RUN = '<p><a class="text-primary-600 dark:text-primary-500" href="{}">{}</a> · {} · {}</p>'


@admin.register(PartnerFeed)
class PartnerFeedAdmin(ModelAdmin):
    """Folders and addresses that are read again and again."""

    when_empty = _(
        "A feed reads a partner’s file again and again, by itself: from a folder on this server or from "
        "an address. What is odd about a file waits for you."
    )
    form = FeedForm
    list_display = ["name", "stands", "place", "every", "read_at", "next_at"]
    list_filter = ["partner", "active"]
    list_select_related = ["partner", "asks_about", "by"]
    readonly_fields = ["how_it_stands", "its_folder", "read_at", "next_at", "latest"]
    actions_detail = ["read_now", "leave_out"]
    fieldsets: Any = [
        (_("How it stands"), {"fields": ["how_it_stands", ("read_at", "next_at"), "latest"]}),
        (_("Where and when"), {"fields": ["partner", ("kind", "every"), "location", "its_folder", "active"]}),
        (_("Who is in its files"), {"fields": ["topics", "consent_wording", ("policy", "system"), "tags"]}),
        (_("When it asks first"), {"fields": [("most_rejected", "most_changed")]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: PartnerFeed | None = None) -> Any:
        """A new feed has nothing to tell yet, and an address has no folder."""
        if obj and obj.kind == PartnerFeed.Kind.FOLDER:
            return self.fieldsets
        return [
            (title, {"fields": [name for name in facts["fields"] if name != "its_folder"]})
            for title, facts in (self.fieldsets if obj else self.fieldsets[1:])
        ]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Topics are ticked, not picked from a list."""
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: PartnerFeed, form: FeedForm, change: bool) -> None:
        """Who saves it owns it; a new one, or one from another place, is read within a minute."""
        obj.by_id = obj.by_id or request.user.pk
        if not change or {"location", "kind", "partner", "every"} & set(form.changed_data):
            obj.next_at, obj.failures, obj.etag, obj.modified = timezone.now(), 0, "", ""
        if obj.kind == PartnerFeed.Kind.FOLDER:
            form.make_folder()
        obj.save()

    @display(description=_("feed"), ordering="partner__name")
    def name(self, feed: PartnerFeed) -> str:
        """Whose it is."""
        return str(feed.partner)

    @display(description=_("how it stands"), label={FINE: "success", WAITS: "warning", TROUBLE: "danger", OFF: "info"})
    def stands(self, feed: PartnerFeed) -> tuple[str, str]:
        """The standing as a coloured word."""
        standing = standing_of(feed)
        return standing, in_words(standing)

    @display(description=_("where"))
    def place(self, feed: PartnerFeed) -> str:
        """The place, without anything secret."""
        return (
            shown(feed.location)
            if feed.kind == PartnerFeed.Kind.HTTPS
            else f"{home_of(feed.partner).name}/{feed.location}"
        )

    @display(description=_("now"))
    def how_it_stands(self, feed: PartnerFeed) -> str:
        """The standing, why it stopped, and where to go on."""
        standing = standing_of(feed)
        words = [(in_words(standing),)]
        if standing in (WAITS, TROUBLE):
            words += [(line,) for line in why(feed)]
        told = format_html_join("", "<p>{}</p>", words)
        if standing != WAITS or feed.asks_about is None:
            return told
        link = format_html(LINK, _page_of(feed.asks_about), _now("Look at the file"))
        return told + link

    @display(description=_("its folder"))
    def its_folder(self, feed: PartnerFeed) -> str:
        """Where the partner's files go, for the operator who lets them in."""
        return str(home_of(feed.partner) / feed.location) if feed.kind == PartnerFeed.Kind.FOLDER else DASH

    @display(description=_("last files"))
    def latest(self, feed: PartnerFeed) -> str:
        """The last files it brought and what became of them."""
        runs = feed.runs.order_by("-created_at")[:LATEST]
        lines = [(_page_of(run), run.original_name, run.get_state_display(), _day(run)) for run in runs]
        return format_html_join("", RUN, lines) or DASH

    def has_read_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Who may change a feed may have it read."""
        return self.has_change_permission(request)

    @action(description=_("Read now"), url_path="read", permissions=["read"])
    def read_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask once, then let a worker read it."""
        feed = get_object_or_404(self.get_queryset(request), pk=object_id)
        if request.method != "POST":
            return page(request, "contacts/imports/read_feed.html", {"title": str(feed), "feed": feed})
        try:
            ask_to_read(feed, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It is being read. Look again in a moment."))
        return redirect("admin:contacts_partnerfeed_change", feed.pk)

    @action(description=_("Leave the waiting file out"), url_path="leave-out", permissions=["read"])
    def leave_out(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask once, then do without the file that waits."""
        feed = get_object_or_404(self.get_queryset(request), pk=object_id)
        if request.method != "POST":
            return page(request, "contacts/imports/leave_out.html", {"title": str(feed), "feed": feed})
        try:
            leave_file_out(feed, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The file is left out. The feed reads on."))
        return redirect("admin:contacts_partnerfeed_change", feed.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartnerFeed]:
        """Feeds with what their rows show."""
        return super().get_queryset(request).select_related("partner", "asks_about", "by")


def _page_of(run: Any) -> str:
    return reverse("admin:contacts_importrun_change", args=[run.pk])


def _day(run: Any) -> str:
    return date_format(timezone.localtime(run.created_at), "DATETIME_FORMAT")
