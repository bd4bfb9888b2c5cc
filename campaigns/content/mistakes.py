"""What a correction says before anybody writes it: the wrong newsletter, a new subject, an explanation on top.

The fixed words are content, so they stand here in both languages like those in `words.py`. What only a person knows is
a gap in them, and nothing leaves while one is open.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.content.blocks import Problem
from crm.models import Organisation

LONGEST = 200
"""Characters of a subject."""
PREFIX = {"en": "Correction: ", "es": "Corrección: "}
GAPS = {
    "en": ("[what was wrong]", "[what is right]"),
    "es": ("[qué estaba mal]", "[qué es lo correcto]"),
}
EXPLAINS = {
    "en": "**A correction.** In the newsletter we sent you on {day}, something was not right: {wrong}. {right}.\n\n"
    "We are sorry for the confusion. The whole newsletter follows once more, as it should have been.",
    "es": "**Una corrección.** En el boletín que le enviamos el {day} había un error: {wrong}. {right}.\n\n"
    "Disculpe la confusión. A continuación va el boletín completo, como debió ser.",
}
DAY = {"en": "F j", "es": r"j \d\e F"}


def corrected_subject(subject: str, language: str) -> str:
    """The subject of a correction, cut where it would be too long; empty for none."""
    prefix = PREFIX[language]
    if not subject.strip() or subject.startswith(prefix):
        return subject
    return (prefix + subject)[:LONGEST]


def explanation(sent_at: datetime) -> dict[str, Any]:
    """The block at the top of a correction, for staff to fill in."""
    local = sent_at.astimezone(ZoneInfo(Organisation.load().time_zone))
    texts = {}
    for language, text in EXPLAINS.items():
        wrong, right = GAPS[language]
        with translation.override(language):
            texts[language] = text.format(day=date_format(local, DAY[language]), wrong=wrong, right=right)
    return {"kind": "text", "text": texts}


def open_gaps(blocks: Any) -> list[tuple[int, str, str]]:
    """Gaps nobody has filled in: the place of the block, the language, and the gap as it stands there."""
    return list(_open_gaps(blocks)) if isinstance(blocks, list) else []


def _open_gaps(blocks: list[Any]) -> Iterator[tuple[int, str, str]]:
    for index, raw in enumerate(blocks):
        words = raw.get("text") if isinstance(raw, dict) else None
        texts = words.values() if isinstance(words, dict) else [words]
        said = "\n".join(text for text in texts if isinstance(text, str))
        yield from ((index, language, gap) for language, gaps in GAPS.items() for gap in gaps if gap in said)


def gaps_in(says: Any) -> list[Problem]:
    """The same as problems that keep a newsletter from leaving."""
    return [
        Problem(
            index,
            "text",
            language,
            _("Write what belongs here instead of “%(gap)s”.") % {"gap": gap},
            _("Block %(number)s") % {"number": index + 1},
        )
        for index, language, gap in open_gaps(says.blocks)
    ]
