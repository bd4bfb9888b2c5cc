"""When newsletters leave, and how many a day while a new sender makes a name for itself."""

from datetime import time
from decimal import Decimal

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


@pghistory.track(level=pgtrigger.Statement)
class SendingRules(models.Model):
    """Quiet hours and the warm-up plan: one row, edited by managers."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    quiet_hours = models.BooleanField(
        _("no newsletters at night"),
        default=False,
        help_text=_("They wait until the morning. Single mails, such as confirmations, always leave at once."),
    )
    quiet_from = models.TimeField(_("from"), default=time(21))
    quiet_until = models.TimeField(_("until"), default=time(8))
    warm_up = models.BooleanField(
        _("warm up slowly"),
        default=False,
        help_text=_("Mailbox providers trust a new sender address only by and by. All newsletters together count."),
    )
    warm_up_since = models.DateField(
        _("first day"), null=True, blank=True, help_text=_("Empty means the day on which this is switched on.")
    )
    warm_up_first = models.PositiveIntegerField(
        _("messages on the first day"), default=200, validators=[MinValueValidator(1)]
    )
    warm_up_growth = models.DecimalField(
        _("on every further day times"),
        max_digits=3,
        decimal_places=1,
        default=Decimal("2.0"),
        validators=[MinValueValidator(Decimal("1.1")), MaxValueValidator(Decimal(10))],
        help_text=_("Only days on which newsletters left are counted."),
    )
    warm_up_target = models.PositiveIntegerField(
        _("warmed up at messages a day"),
        default=50_000,
        validators=[MinValueValidator(1)],
        help_text=_("From the day on which the plan comes to this number, there is no limit any more."),
    )
    warm_up_hour = models.TimeField(_("on every day from"), default=time(8))

    class Meta:
        verbose_name = _("sending rules")
        verbose_name_plural = _("sending rules")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_set_of_sending_rules"),
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")),
                name="quiet_hours_end",
                violation_error_message=_("Quiet hours must end at another time than they begin."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("When newsletters leave"))

    @classmethod
    def load(cls) -> "SendingRules":
        """The one row; as it would be made where nobody made it yet."""
        return cls.objects.filter(pk=1).first() or cls()


class WarmUpDay(models.Model):
    """How many newsletters were handed over for a sender's domain on one day, while it is warmed up."""

    domain = models.CharField(max_length=255)
    day = models.DateField()
    sent = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of a warm-up")
        verbose_name_plural = _("days of a warm-up")
        constraints = [models.UniqueConstraint(fields=["domain", "day"], name="one_row_per_warm_up_day")]

    def __str__(self) -> str:
        return f"{self.domain} {self.day}: {self.sent}"
