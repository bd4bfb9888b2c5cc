"""Dates and places as people say them, in the language of the reader."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import get_language


def day_in_words(day: date) -> str:
    """Wednesday, September 25, 2019 · miércoles 25 de septiembre de 2019."""
    spanish = (get_language() or "en").startswith("es")
    return formatted(day, r"l j \d\e F \d\e Y" if spanish else "l, F j, Y")


def hour_in_words(moment: datetime) -> str:
    """6:00 p.m."""
    return formatted(timezone.localtime(moment), "g:i\xa0a")


def span_in_words(starts_at: datetime, ends_at: datetime) -> str:
    """The day and the hours; both days when it lasts longer than one."""
    first, last = timezone.localtime(starts_at), timezone.localtime(ends_at)
    start = f"{day_in_words(first)}, {hour_in_words(first)}"
    end = hour_in_words(last) if first.date() == last.date() else f"{day_in_words(last)}, {hour_in_words(last)}"
    return f"{start} – {end}"
