"""The news the site starts with; staff keep it from there."""

from datetime import date

from django.db import transaction

from engagement.models import News

FIRST_NEWS = [
    {
        "title": "WSOC reports on upward mobility in Charlotte-Mecklenburg",
        "title_es": "WSOC informa sobre la movilidad social en Charlotte-Mecklenburg",
        "outlet": "WSOC",
        "published_on": date(2019, 8, 28),
        "summary_en": "Local television on the work of Leading on Opportunity.",
        "summary_es": "La televisión local, sobre el trabajo de Leading on Opportunity.",
    },
    {
        "title": "WBTV reports on opportunity in Charlotte",
        "title_es": "WBTV informa sobre las oportunidades en Charlotte",
        "outlet": "WBTV",
        "published_on": date(2019, 7, 26),
        "summary_en": "Local television on Leading on Opportunity and the Alliance.",
        "summary_es": "La televisión local, sobre Leading on Opportunity y la Alianza.",
    },
    {
        "title": "The Atlantic on the economist whose study set our work in motion",
        "title_es": "The Atlantic, sobre el economista cuyo estudio puso en marcha nuestro trabajo",
        "outlet": "The Atlantic",
        "published_on": date(2019, 7, 17),
        "summary_en": "The magazine looks at upward mobility in America, and Charlotte is part of the story.",
        "summary_es": "La revista analiza la movilidad social en Estados Unidos, y Charlotte es parte de la historia.",
    },
]
"""Outlets and dates from the organisation's own site, titles and summaries in words of our own; staff add the links."""


@transaction.atomic
def ensure_news() -> int:
    """Make the first news of an empty site and answer how many; a site that has any is left as staff keep it."""
    if News.objects.exists():
        return 0
    return len(News.objects.bulk_create([News(**item) for item in FIRST_NEWS], ignore_conflicts=True))
