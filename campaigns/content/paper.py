"""What blocks share when they write: wrapped lines, and the card of an event."""

import textwrap
from html import escape as escape_html
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format

from campaigns.content.look import DEEP, LINE, MUTED, SERIF, TEAL, TEXT, TINT, WARM
from campaigns.content.words import WORDS
from engagement.models import Event

if TYPE_CHECKING:
    from campaigns.content.ink import Ink

WIDTH = 76
CARD = """<mj-table padding="10px 32px 14px" css-class="event" role="presentation"><tr>
<td class="card" style="background:{tint};border:1px solid {line};border-left:5px solid {warm};border-radius:10px;\
padding:18px 20px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td width="48" valign="top" align="center" style="padding-right:16px">{tile}</td>
<td valign="top">{facts}</td></tr></table></td></tr></mj-table>"""


def wrap(text: str) -> str:
    """Lines of at most 76 characters; links and long words are never cut, list items keep their indent."""
    return "\n".join(_wrap_line(line) for line in text.split("\n"))


def _wrap_line(line: str) -> str:
    body = line.lstrip(" ")
    indent = len(line) - len(body)
    head, _space, _rest = body.partition(" ")
    if head == "-" or (head[:-1].isdigit() and head.endswith(".")):
        indent += len(head) + 1
    return textwrap.fill(
        line, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ).rstrip()


def event_card(event: Event, ink: "Ink") -> str:
    """A card with the day as a leaf of a calendar, then title, time, place and the link."""
    facts = _facts(event, ink)
    href = escape_html(facts["url"])
    called_off = f'<div style="{_style(WARM, 14)};font-weight:bold">{facts["state"]}</div>' if facts["state"] else ""
    lines = [
        called_off,
        f'<a class="ink" href="{href}" style="font-family:{SERIF};font-size:19px;line-height:1.3;font-weight:bold;'
        f'color:{DEEP};text-decoration:none">{escape_html(facts["title"])}</a>',
        f'<div style="{_style(TEXT, 15)};padding-top:6px">{escape_html(facts["when"])}</div>',
        f'<div class="soft" style="{_style(MUTED, 15)}">{escape_html(facts["where"])}</div>' if facts["where"] else "",
        f'<div style="padding-top:10px"><a class="ink" href="{href}" style="color:{TEAL};font-size:15px;'
        f'font-weight:bold">{WORDS[ink.language]["event_link"]}</a></div>',
    ]
    return CARD.format(tint=TINT, line=LINE, warm=WARM, tile=_tile(event, ink), facts="".join(lines))


def event_text(event: Event, ink: "Ink") -> str:
    """The facts of an event, a line each, then the link."""
    facts = _facts(event, ink)
    shown = [facts["state"], facts["title"], facts["when"], facts["where"]]
    return "\n".join([*(wrap(line) for line in shown if line), facts["url"]])


def _facts(event: Event, ink: "Ink") -> dict[str, str]:
    start = timezone.localtime(event.starts_at, ZoneInfo(ink.time_zone))
    end = timezone.localtime(event.ends_at, ZoneInfo(ink.time_zone))
    with translation.override(ink.language):
        same_day = start.date() == end.date()
        until = date_format(end, "P" if same_day else "l, j M Y, P")
        day = date_format(start, r"l, j \d\e F \d\e Y" if ink.language == "es" else "l, F j, Y")
        state = WORDS[ink.language]["called_off"] if event.state == Event.State.CANCELLED else ""
        where = ", ".join(filter(None, [event.venue, " ".join(filter(None, [event.address, event.zip]))]))
        when = f"{day}, {date_format(start, 'P')} – {until}"
        return {"title": event.title, "when": when, "where": where, "state": state, "url": ink.event_url(event)}


def _tile(event: Event, ink: "Ink") -> str:
    start = timezone.localtime(event.starts_at, ZoneInfo(ink.time_zone))
    with translation.override(ink.language):
        month = date_format(start, "M").rstrip(".").upper()
    return (
        f'<div class="month" style="font-size:13px;line-height:1.2;letter-spacing:1px;font-weight:bold;'
        f'color:#ad4d16">{month}</div>'
        f'<div class="day" style="font-family:{SERIF};font-size:32px;line-height:1.1;color:{DEEP}">{start.day}</div>'
    )


def _style(color: str, size: int) -> str:
    return f"font-size:{size}px;line-height:1.5;color:{color}"
