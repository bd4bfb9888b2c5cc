"""Questions about stakeholders, their addresses and what they agreed to."""

from django.db import models
from django.db.models import Exists, OuterRef

from contacts.names import fold


class ContactPointQuerySet(models.QuerySet):
    """Addresses and numbers."""

    def emails(self):
        """E-mail addresses, whatever their status."""
        return self.filter(kind="email")

    def mailable(self):
        """E-mail addresses that work and that nobody suppressed."""
        from contacts.models import Suppression

        suppressed = Suppression.objects.filter(channel="email", fingerprint=OuterRef("fingerprint"))
        return self.emails().filter(~Exists(suppressed), status="valid")


class StakeholderQuerySet(models.QuerySet):
    """People and organisations."""

    def visible_to(self, user):
        """Staff and managers see the book; organizers and partners reach people only through their own work."""
        return self if user.has_perm("contacts.view_stakeholder") else self.none()

    def with_email(self):
        """Those who have any e-mail address."""
        from contacts.models import ContactPoint

        return self.filter(Exists(ContactPoint.objects.emails().filter(stakeholder=OuterRef("pk"))))

    def consenting(self, topic, channel: str = "email"):
        """Those whose latest word on `topic` is yes; no record is no consent."""
        from contacts.models import Consent

        said_yes = Consent.objects.filter(stakeholder=OuterRef("pk"), topic=topic, channel=channel, state="given")
        return self.filter(Exists(said_yes))

    def mailable(self, topic):
        """Those who said yes to `topic` and have an address that works and is not suppressed."""
        from contacts.models import ContactPoint

        reachable = ContactPoint.objects.mailable().filter(stakeholder=OuterRef("pk"))
        return self.consenting(topic).filter(Exists(reachable))

    def sharing_a_home(self, *kinds: str):
        """People who share an inbox (`email`) or a postal address (`postal`) with somebody; either by default."""
        from contacts.identity.households import SHARED, shares_with_somebody

        return self.filter(shares_with_somebody(list(kinds or SHARED)))

    def search(self, words: str):
        """Those whose name, address or number contains every word."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found
