"""The mail to the owner of a feed that stopped."""

from django.urls import reverse

from contacts.imports.feeds.models import PartnerFeed
from contacts.imports.models import ImportRun
from crm.actions.outbox import queue_mail
from crm.links import public_url
from crm.mails import render_mail


def tell_owner(feed: PartnerFeed, run: ImportRun | None) -> None:
    """Say why the feed stopped: about the file `run`, or that nothing could be fetched; once for each stop."""
    if feed.by is None or not feed.by.is_active:
        return
    about = ("contacts_importrun", run.pk) if run else ("contacts_partnerfeed", feed.pk)
    context = {
        "feed": feed,
        "run": run,
        "reasons": feed.stopped_because.splitlines(),
        "url": public_url(reverse(f"admin:{about[0]}_change", args=[about[1]])),
    }
    mail = render_mail("contacts/mails/feed", "en", context)
    stop = f"run-{run.pk}" if run else f"last-{feed.read_at.timestamp() if feed.read_at else 0}"
    queue_mail(
        purpose="feed-stopped",
        to=feed.by.email,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        once=f"feed-{feed.pk}-{stop}",
    )
