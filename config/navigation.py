"""The local mailbox in the back office's menu, only where mails land in one."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.navigation import HOUSE, MENU, Item

if settings.LOCAL_MAILBOX:
    MENU.add("mailbox", Item(HOUSE, _("Mailbox"), "mailbox:mails", "inbox", ("crm.view_outboxmail",), 35))
