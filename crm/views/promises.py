"""The page that shows whether every promise of the house holds."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.actions.looking import ask_to_look, in_words, open_look
from crm.doors import back_office, page, person
from crm.invariants import INVARIANTS
from crm.models import Finding

SEE = "crm.view_finding"


@dataclass(frozen=True)
class Shown:
    """One promise with what was found, if anybody looked; `places` each with the page it has."""

    promise: str | Promise
    finding: Finding | None
    places: list[tuple[str, str]]

    @property
    def rest(self) -> int:
        """How many broken places are not named."""
        return (self.finding.broken or 0) - len(self.places) if self.finding else 0

    @property
    def state(self) -> str:
        """Whether it holds: "broken", "unknown", "new" (nobody looked yet) or "holds"."""
        if self.finding is None:
            return "new"
        if self.finding.broken is None:
            return "unknown"
        return "broken" if self.finding.broken else "holds"


ORDER = ("broken", "unknown", "new", "holds")


@back_office(SEE)
@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """Every promise and whether it holds; htmx gets only the part that moves."""
    job = open_look()
    shown = _shown()
    looked = [one.finding for one in shown if one.finding]
    broken, unknown = (sum(1 for one in shown if one.state == state) for state in ("broken", "unknown"))
    context = {
        "job": job,
        "shown": shown,
        "broken": broken,
        "looked": bool(looked),
        "headline": in_words(len(looked), broken, unknown),
        "looked_at": min((one.looked_at for one in looked), default=None),
        "seconds": sum(one.seconds for one in looked),
    }
    if request.headers.get("HX-Request"):
        response = render(request, "crm/_promises.html", context)
    else:
        response = page(request, "crm/promises.html", {"title": _("Promises"), **context})
    patch_vary_headers(response, ["HX-Request"])
    return response


@back_office(SEE)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Have a worker look now; who asks while somebody looks already sees how far that is."""
    ask_to_look(by=person(request))
    return redirect("crm:promises")


def _shown() -> list[Shown]:
    """Every promise, those that need somebody first."""
    found = {finding.key: finding for finding in Finding.objects.known(INVARIANTS.keys())}
    shown = []
    for key, invariant in INVARIANTS.items():
        finding = found.get(key)
        places = finding.places if finding and finding.broken else []
        shown.append(Shown(invariant.promise, finding, [(place, invariant.page_of(place)) for place in places]))
    return sorted(shown, key=lambda one: ORDER.index(one.state))
