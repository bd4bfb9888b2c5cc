"""What the public pages show beside events."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class News(models.Model):
    """What others wrote about the work; kept by staff."""

    title = models.CharField(_("title"), max_length=200)
    outlet = models.CharField(_("outlet"), max_length=120)
    published_on = models.DateField(_("date"))
    url = models.URLField(_("link"), blank=True)
    summary_en = models.TextField(_("summary in English"), blank=True)
    summary_es = models.TextField(_("summary in Spanish"), blank=True)
    visible = models.BooleanField(_("shown on the public site"), default=True)

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        ordering = ["-published_on", "title"]
        constraints = [models.UniqueConstraint(fields=["title", "published_on"], name="one_news_per_title_and_day")]

    def __str__(self) -> str:
        return self.title
