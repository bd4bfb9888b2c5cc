"""What the public pages show beside events."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from engagement.querysets import NewsQuerySet


class News(models.Model):
    """What others wrote about the work; kept by staff."""

    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    outlet = models.CharField(_("outlet"), max_length=120)
    published_on = models.DateField(_("date"))
    url = models.URLField(_("link"), blank=True)
    summary_en = models.TextField(_("summary in English"), blank=True)
    summary_es = models.TextField(_("summary in Spanish"), blank=True)
    visible = models.BooleanField(_("shown on the public site"), default=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        ordering = ["-published_on", "title"]
        constraints = [models.UniqueConstraint(fields=["title", "published_on"], name="one_news_per_title_and_day")]

    def __str__(self) -> str:
        return self.title

    @property
    def headline(self) -> str:
        """The title in the language of the reader."""
        return (self.title_es if _spanish() else "") or self.title

    @property
    def summary(self) -> str:
        """The summary in the language of the reader."""
        return (self.summary_es if _spanish() else "") or self.summary_en


def _spanish() -> bool:
    return (get_language() or "en").startswith("es")
