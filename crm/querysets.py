"""Questions about single mails, jobs, exports and promises."""

from django.db import models
from django.db.models import Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone


class OutboxQuerySet(models.QuerySet):
    """Single mails on their way out."""

    def due(self):
        """Mails that may be tried now: their time has come, or the worker that held them is gone."""
        now = timezone.now()
        waiting = Q(state__in=("queued", "uncertain")) & (Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
        left_behind = Q(state="sending", lease_until__lte=now)
        return self.filter(waiting | left_behind)

    def oldest_due_seconds(self) -> float:
        """How long the oldest due mail could have left already; 0 when none is due."""
        could = Coalesce("lease_until", "next_attempt_at", "created_at")
        oldest = self.due().aggregate(oldest=Min(could))["oldest"]
        return max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0


class JobQuerySet(models.QuerySet):
    """Long work and how far it is."""

    def visible_to(self, user):
        """Managers see every job; everyone else sees their own."""
        if user.is_superuser or user.has_perm("crm.view_all_jobs"):
            return self
        return self.filter(owner=user)

    def running(self):
        """Jobs that have started and not ended."""
        return self.filter(state="running")

    def open(self):
        """Jobs that wait or run."""
        return self.filter(state__in=("waiting", "running"))


class ExportQuerySet(models.QuerySet):
    """Lists taken along as files."""

    def visible_to(self, user):
        """Everybody sees what they asked for; who reads the history sees what was taken, never the file."""
        return self if user.has_perm("crm.view_history") else self.filter(by=user)

    def left_behind(self, before):
        """Those that wait for a worker since `before`, or whose worker was not heard of since then."""
        waiting = Q(state="waiting", created_at__lt=before)
        return self.filter(waiting | Q(state="running", job__heartbeat_at__lt=before))

    def over(self):
        """Those whose file has been there long enough."""
        return self.filter(state="ready", expires_at__lte=timezone.now())


class FindingQuerySet(models.QuerySet):
    """What looking at promises found."""

    def broken(self):
        """Promises that do not hold."""
        return self.filter(broken__gt=0)

    def known(self, keys):
        """Those that somebody still promises."""
        return self.filter(key__in=keys)
