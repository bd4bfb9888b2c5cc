"""The news the site starts with; staff keep it from there."""

from datetime import date

from django.db import transaction

from engagement.models import News

FIRST_NEWS = [
    {
        "title": "WSOC on the work for upward mobility in Charlotte-Mecklenburg",
        "title_es": "WSOC, sobre el trabajo por la movilidad social en Charlotte-Mecklenburg",
        "outlet": "WSOC",
        "published_on": date(2019, 8, 28),
        "summary_en": "The local television station reports on Leading on Opportunity and what the community is doing.",
        "summary_es": "El canal local informa sobre Leading on Opportunity y lo que hace la comunidad.",
    },
    {
        "title": "WBTV on opening doors for Charlotte’s children",
        "title_es": "WBTV, sobre abrir puertas a los niños de Charlotte",
        "outlet": "WBTV",
        "published_on": date(2019, 7, 26),
        "summary_en": "A report on local television about Leading on Opportunity and the people behind it.",
        "summary_es": "Un reportaje de la televisión local sobre Leading on Opportunity y quienes lo hacen posible.",
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
