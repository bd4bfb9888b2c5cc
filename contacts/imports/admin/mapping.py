"""The page on which somebody says what the columns and words of a file mean."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from contacts.actions import make_own_field
from contacts.imports.admin.doors import go_to
from contacts.imports.admin.sending import look_into
from contacts.imports.mapping.choosing import NEW, map_import
from contacts.imports.mapping.headers import OWN
from contacts.imports.mapping.showing import Card, Kind, cards_of, field_choices, kinds_of, may_be_mapped
from contacts.imports.models import ImportRun
from contacts.models import CustomField
from crm.doors import page, person
from crm.errors import Refused
from crm.said import whole

MAKES_FIELDS, MAKES_TYPES = "contacts.add_customfield", "contacts.add_stakeholdertype"


def columns(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Show each column and word with what it was taken for; take what was chosen instead and check the file again."""
    reader = person(request)
    try:
        cards = cards_of(run)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return go_to(run)
    kinds = kinds_of(run, may_make=reader.has_perm(MAKES_TYPES))
    if request.method == "POST":
        try:
            _choose(request, run, cards, kinds)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return go_to(run, "mapping")
        return go_to(run)
    context = {
        "title": _("What the columns of “%(file)s” mean") % {"file": run.original_name},
        "run": run,
        "cards": cards,
        "groups": field_choices(),
        "kinds": kinds,
        "may_change": may_be_mapped(run),
        "field_kinds": CustomField.Kind.choices if reader.has_perm(MAKES_FIELDS) else [],
    }
    return page(request, "contacts/imports/mapping.html", context)


def _choose(request: HttpRequest, run: ImportRun, cards: list[Card], kinds: list[Kind]) -> None:
    chosen = _changed_columns(request, cards)
    words = {kind.key: _changed_words(request, kind) for kind in kinds}
    wanted = request.POST.get("new_field", "").strip()
    if wanted and person(request).has_perm(MAKES_FIELDS):
        kind = request.POST.get("new_kind", "")
        made = make_own_field(wanted, kind=kind if kind in CustomField.Kind.values else "text", by=request.user)
        at = whole(request.POST.get("new_column"))
        if at is not None:
            chosen[at] = OWN + made.slug
        messages.success(request, _("People have a field “%(name)s” from now on.") % {"name": made})
    if not chosen and not any(words.values()):
        messages.info(request, _("Nothing was changed."))
        return
    run = map_import(run, columns=chosen, values=words, by=request.user)
    look_into(run, by=request.user)
    messages.success(request, _("The file was read again with your choices."))


def _changed_columns(request: HttpRequest, cards: list[Card]) -> dict[int | str, str]:
    """Columns that are taken for something else than before."""
    said = {card.at: request.POST.get(f"column-{card.at}", card.field) for card in cards}
    return {card.at: said[card.at] for card in cards if said[card.at] != card.field}


def _changed_words(request: HttpRequest, kind: Kind) -> dict[str, str]:
    """Words that are taken for something else; a word nobody knew counts once something was chosen for it."""
    may_make = person(request).has_perm(MAKES_TYPES)
    found = {}
    for word in kind.words:
        target = request.POST.get(f"word-{word.key}", word.target).strip()
        if target != word.target and (target != NEW or may_make or kind.key == "tags"):
            found[word.word] = target
    return found
