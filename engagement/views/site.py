"""The front door: why the Alliance exists, what is coming, what others wrote, the 21 strategies, our promise."""

from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from engagement.models import Event, News, Strategy

COMING, LATEST, NEWS_ON_A_PAGE = 4, 3, 20


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Why we exist, how to take part, what comes next."""
    coming = list(Event.objects.published().upcoming().exclude(state=Event.State.CANCELLED).with_counts()[:12])
    coming.sort(key=lambda event: not event.featured)
    featured, *others = coming or [None]
    context = {
        "featured": featured,
        "coming": sorted(others, key=lambda event: event.starts_at)[:COMING],
        "past": [] if coming else _looking_back(),
        "news": News.objects.visible()[:LATEST],
    }
    return render(request, "engagement/site/home.html", context)


@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """Everything others wrote about the work."""
    page = Paginator(News.objects.visible(), NEWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "engagement/site/news.html", {"page": page})


@require_GET
def strategies(request: HttpRequest) -> HttpResponse:
    """The 21 strategies under the determinant or factor they belong to."""
    every = Strategy.objects.order_by("letter")
    groups = [(Strategy.Determinant(key), list(members)) for key, members in groupby(every, lambda s: s.determinant)]
    return render(request, "engagement/site/strategies.html", {"groups": groups})


@require_GET
def promise(request: HttpRequest) -> HttpResponse:
    """What we keep about people, and what they may ask of us."""
    return render(request, "engagement/site/promise.html")


def _looking_back() -> list[Event]:
    """While nothing is planned: what we did last."""
    return list(Event.objects.published().past().exclude(state=Event.State.CANCELLED)[:LATEST])
