"""What templates of engagement say about dates and seats."""

from datetime import date

from django import template

from engagement import wording
from engagement.models import Event

register = template.Library()


@register.filter
def when(event: Event) -> str:
    """The day and hours of an event in words."""
    return wording.span_in_words(event.starts_at, event.ends_at)


@register.filter
def day(value: date) -> str:
    """A day in words."""
    return wording.day_in_words(value)


@register.filter
def seats_left(event: Event) -> int | None:
    """Seats left of an event that was asked for with its counts; None means no limit."""
    return None if event.capacity is None else max(0, event.capacity - event.registered_count)  # type: ignore[attr-defined]
