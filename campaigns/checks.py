"""What is said at the start about settings that would only fail when the first newsletter leaves."""

import os
from typing import Any

from django.conf import settings
from django.core import checks
from django.utils.translation import gettext as _

from campaigns.bounces.places.addresses import NOBODYS, BadPlace, is_open_to_listeners, place_at
from campaigns.bounces.places.folders import Maildir
from campaigns.sending import limits
from campaigns.sending.rates.rules import BadRate, rules
from campaigns.sending.smtp.servers import BadServers, servers


@checks.register()
def rates(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Whether the rates can be read."""
    try:
        rules()
    except BadRate as why:
        return [checks.Error(_("SENDING_RATES: %(why)s") % {"why": why}, id="campaigns.E001")]
    return []


@checks.register()
def numbers(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Whether the numbers of the sending engine are known, and numbers."""
    try:
        limits.check(settings.SENDING)
    except limits.BadLimits as why:
        return [checks.Error(_("SENDING: %(why)s") % {"why": why}, id="campaigns.E005")]
    return []


@checks.register()
def bounces(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Whether what comes back by mail goes somewhere, and somebody reads it there."""
    url, path = settings.BOUNCES_URL, settings.RETURN_PATH
    found: list[checks.CheckMessage] = []
    if url not in NOBODYS:
        try:
            place = place_at(url)
        except BadPlace as why:
            return [checks.Error(_("BOUNCES_URL cannot be read. %(why)s") % {"why": why}, id="campaigns.E002")]
        if isinstance(place, Maildir) and not os.path.isdir(place.path / "new"):
            hint = _("Write the whole path of a Maildir, and let the user of the workers read and write there.")
            said = _("BOUNCES_URL names a Maildir that is not here or may not be read: %(path)s has no folder “new”.")
            found.append(checks.Warning(said % {"path": place.path}, hint=hint, id="campaigns.W004"))
        if is_open_to_listeners(place):
            hint = _("Write imaps:// or imap+tls://.")
            found.append(
                checks.Warning(_("The password of BOUNCES_URL travels unencrypted."), hint=hint, id="campaigns.W003")
            )
    if url and not path:
        hint = _("Set RETURN_PATH to the address of that mailbox, such as bounces@example.org.")
        said = _("BOUNCES_URL is read, but nothing comes back there by itself: RETURN_PATH is not set.")
        found.append(checks.Warning(said, hint=hint, id="campaigns.W001"))
    if path and not url and not settings.EMAIL_PROVIDER:
        hint = _("Set BOUNCES_URL; to - where the mail server hands mail over itself (docs/recipes/read-bounces.md).")
        said = _("Mail comes back to RETURN_PATH, but nobody reads it there: BOUNCES_URL is not set.")
        found.append(checks.Warning(said, hint=hint, id="campaigns.W002"))
    return found


@checks.register()
def mail_servers(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Whether the mail servers can be read, and are the way mail travels."""
    if not settings.MAIL_SERVERS:
        return []
    if settings.EMAIL_PROVIDER:
        why = _("EMAIL_URL names a provider and MAIL_SERVERS names mail servers; mail can travel one way only.")
        return [checks.Error(why, hint=_("Take one of them away."), id="campaigns.E004")]
    try:
        servers()
    except BadServers as why:
        return [checks.Error(_("MAIL_SERVERS: %(why)s") % {"why": why}, id="campaigns.E003")]
    return []
