"""Single mails: where each one is, and another try for those that failed.

What a mail says is not shown: it may hold a link that signs somebody in.
"""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from crm.actions.outbox import retry_mail
from crm.models import OutboxMail

COLOURS = {
    OutboxMail.State.QUEUED: "info",
    OutboxMail.State.SENDING: "warning",
    OutboxMail.State.SENT: "success",
    OutboxMail.State.FAILED: "danger",
    OutboxMail.State.UNCERTAIN: "warning",
    OutboxMail.State.BOUNCED: "danger",
}


@admin.register(OutboxMail)
class OutboxMailAdmin(ModelAdmin):
    """To look at, and to try again."""

    when_empty = _("Single mails, such as a confirmation, stand here with whether they arrived at the mail server.")
    list_display = ("subject", "to", "shown_state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "purpose")
    search_fields = ("to", "subject")
    search_help_text = _("Search by address or subject")
    date_hierarchy = "created_at"
    fields = ("subject", "to", "state", "attempts", "next_attempt_at", "last_error", "created_at", "sent_at")
    readonly_fields = fields
    actions = ("try_again",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Mails are made by what happens."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxMail | None = None) -> bool:
        """What was sent stays on record."""
        return False

    @display(description=_("state"), ordering="state", label=COLOURS)
    def shown_state(self, mail: OutboxMail) -> tuple[str, str]:
        """The state as a coloured word."""
        return mail.state, mail.get_state_display()

    @action(description=_("Try again"), permissions=["change"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxMail]) -> None:
        """Queue those of the chosen mails that failed."""
        failed = queryset.filter(state=OutboxMail.State.FAILED)
        for mail in failed:
            retry_mail(mail, by=request.user)  # type: ignore[arg-type]
        count = len(failed)
        words = ngettext("%d mail will be tried again.", "%d mails will be tried again.", count) % count
        self.message_user(request, words, messages.SUCCESS if count else messages.WARNING)
