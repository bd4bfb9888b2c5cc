"""Questions about events, registrations and gatherings."""

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone


class EventQuerySet(models.QuerySet):
    """Forums, workshops, trainings and conversation days."""

    def published(self):
        """What the public may see, called-off events too."""
        return self.exclude(state="draft")

    def upcoming(self):
        """What has not ended yet, the soonest first."""
        return self.filter(ends_at__gte=timezone.now()).order_by("starts_at")

    def bookable(self):
        """What one can still register for."""
        return self.upcoming().filter(state="published")

    def overfull(self):
        """Events with more people than seats; there must be none."""
        return self.with_counts().filter(registered_count__gt=F("capacity"))

    def past(self):
        """What is over, the latest first."""
        return self.filter(ends_at__lt=timezone.now()).order_by("-starts_at")

    def with_counts(self):
        """Each event with `registered_count`, `waitlisted_count` and `attended_count`."""
        return self.annotate(
            registered_count=Count("registrations", filter=Q(registrations__state__in=["registered", "attended"])),
            waitlisted_count=Count("registrations", filter=Q(registrations__state="waitlisted")),
            attended_count=Count("registrations", filter=Q(registrations__state="attended")),
        )


class RegistrationQuerySet(models.QuerySet):
    """Who comes to what."""

    def seated(self):
        """Those who hold a seat: registered, or there already; who did not come has given theirs up."""
        return self.filter(state__in=["registered", "attended"])

    def concerned(self):
        """Those who count on the event: with a seat to come to, or in the waitlist."""
        return self.filter(state__in=["registered", "waitlisted"])

    def waiting(self):
        """The waitlist in the order of arrival."""
        return self.filter(state="waitlisted").order_by("registered_at", "pk")

    def attended(self):
        """Those who came."""
        return self.filter(state="attended")


class NewsQuerySet(models.QuerySet):
    """What others wrote about the work."""

    def visible(self):
        """What the public site shows, the latest first."""
        return self.filter(visible=True)


class GatheringQuerySet(models.QuerySet):
    """Tables people sat around."""

    def visible_to(self, user):
        """Organizers see the gatherings they log; staff see all."""
        return self if user.has_perm("engagement.view_all_gatherings") else self.filter(organizer=user)

    def logged(self):
        """Conversations whose record is there."""
        return self.filter(state="logged")

    def with_counts(self):
        """Each conversation with `note_count` and `commitment_count`, the latest first."""
        counted = self.annotate(
            note_count=Count("notes", distinct=True), commitment_count=Count("commitments", distinct=True)
        )
        return counted.order_by("-held_on", "-pk")


class ParticipantQuerySet(models.QuerySet):
    """People around a table."""

    def guests(self):
        """Those the host invited; the host, who may be named for a commitment, is none."""
        return self.exclude(stakeholder=F("gathering__host"))
