"""What the dashboard shows of people and of partners' files, and how an empty book is begun."""

from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.imports.feeds.standing import troubled_feeds, why
from contacts.models import ImportRun, PartnerFeed, Segment, Stakeholder
from crm.cards import CARDS, STEPS, Card, Line, Step
from crm.models import User

LATEST = 4
WAITING = (ImportRun.State.CHECKED, ImportRun.State.ASKING, ImportRun.State.FAILED)
"""States in which a file goes no further without a person."""

STEPS.add(
    "first-file",
    Step(
        gettext_lazy("Bring in a partner’s file"),
        gettext_lazy("A list of contacts as CSV or Excel. You see what would change before anything is saved."),
        "admin:contacts_importrun_add",
        "contacts.add_importrun",
        is_done=Stakeholder.objects.exists,
        order=10,
    ),
)
STEPS.add(
    "first-segment",
    Step(
        gettext_lazy("Choose who you want to reach"),
        gettext_lazy("A segment is a saved question, such as nonprofits in 28202; its answer is always of today."),
        "admin:contacts_segment_add",
        "contacts.add_segment",
        is_done=Segment.objects.exists,
        order=20,
    ),
)


@CARDS.register("people")
def people(user: User) -> Card | None:
    """How many people and organisations are in the book, and how many came this week."""
    if not user.has_perm("contacts.view_stakeholder"):
        return None
    week_ago = timezone.now() - timedelta(days=7)
    book = Stakeholder.objects.aggregate(
        persons=Count("pk", filter=Q(kind="person")),
        organisations=Count("pk", filter=Q(kind="organisation")),
        new=Count("pk", filter=Q(created_at__gte=week_ago)),
    )
    persons = ngettext("person", "people", book["persons"])
    organisations = ngettext("%s organisation", "%s organisations", book["organisations"])
    return Card(
        title=_("The book"),
        figure=f"{book['persons']:,}",
        meaning=" · ".join(
            [
                persons,
                organisations % f"{book['organisations']:,}",
                _("%(count)s new this week") % {"count": f"{book['new']:,}"},
            ]
        ),
        url=reverse("admin:contacts_stakeholder_changelist"),
        action=_("Open the book"),
        icon="groups",
        empty="" if book["persons"] or book["organisations"] else _("Nobody is in the book yet."),
        order=10,
    )


@CARDS.register("files")
def files(user: User) -> Card | None:
    """The files that wait for staff, and the latest ones; to a partner, their own."""
    if not (user.has_perm("contacts.view_importrun") or user.has_perm("crm.send_own_files")):
        return None
    runs = ImportRun.objects.visible_to(user).select_related("partner")
    saves = user.has_perm("contacts.change_importrun")
    waiting = runs.filter(state__in=WAITING).count() if saves else 0
    latest = runs.order_by("-created_at")
    if waiting:
        latest = latest.filter(state__in=WAITING)
    lines = [
        Line(run.original_name, f"{run.partner} · {run.get_state_display()}", _page_of(run)) for run in latest[:LATEST]
    ]
    return Card(
        title=_("Files from partners"),
        figure=f"{waiting:,}" if waiting else "",
        meaning=ngettext("file waits for you", "files wait for you", waiting) if waiting else "",
        lines=lines,
        url=reverse("admin:contacts_importrun_changelist" if lines else "admin:contacts_importrun_add"),
        action=_("All files") if lines else _("Send a file"),
        icon="upload_file",
        empty="" if lines else _("No file has arrived yet. Once one has, you see here what became of it."),
        order=30,
    )


@CARDS.register("feeds")
def feeds(user: User) -> Card | None:
    """Feeds that stopped and ask; nothing while all is well."""
    if not user.has_perm("contacts.view_partnerfeed"):
        return None
    waiting = troubled_feeds()
    if not waiting:
        return None
    lines = [Line(str(feed.partner), next(iter(why(feed)), ""), _feed_page(feed)) for feed in waiting]
    return Card(
        title=_("Feeds that need you"),
        figure=f"{len(waiting)}",
        meaning=ngettext("feed stopped", "feeds stopped", len(waiting)),
        lines=lines[:LATEST],
        url=reverse("admin:contacts_partnerfeed_changelist"),
        action=_("All feeds"),
        icon="rss_feed",
        order=25,
    )


def _feed_page(feed: PartnerFeed) -> str:
    return reverse("admin:contacts_partnerfeed_change", args=[feed.pk])


def _page_of(run: ImportRun) -> str:
    return reverse("admin:contacts_importrun_change", args=[run.pk])
