"""Questions about single mails and jobs."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutboxQuerySet(models.QuerySet):
    """Single mails on their way out."""

    def due(self):
        """Mails that may be tried now: never tried, or their next attempt has come."""
        now = timezone.now()
        return self.filter(state="queued").filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now))


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
