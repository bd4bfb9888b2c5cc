"""Questions about single mails and jobs."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutboxQuerySet(models.QuerySet):
    """Single mails on their way out."""

    def due(self):
        """Mails that may be tried now: their time has come, or the worker that held them is gone."""
        now = timezone.now()
        waiting = Q(state="queued") & (Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))
        left_behind = Q(state="sending", lease_until__lte=now)
        return self.filter(waiting | left_behind)


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
