"""Fill, change and empty fields of our own of somebody."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from contacts.models import CustomField, Stakeholder
from contacts.own import kept_as
from crm.errors import Misstated
from crm.history import acting


class NotItsValue(Misstated):
    """A field of our own is not there, or cannot hold what was written."""


@transaction.atomic
def set_own_values(stakeholder: Stakeholder, values: Mapping[str, str], *, by=None) -> list[str]:
    """Write `values` by short name, an empty one empties the field; gives the fields that differ.

    Fields that are not named stay, also when somebody else fills them meanwhile. Raises NotItsValue.
    """
    current = Stakeholder.objects.select_for_update().get(pk=stakeholder.pk).custom
    wanted = _as_kept(values, current)
    changed = [slug for slug, value in wanted.items() if value != current.get(slug, "")]
    stakeholder.custom = {slug: value for slug, value in {**current, **wanted}.items() if value}
    if changed:
        with acting("set_own_values", by):
            stakeholder.save(update_fields=["custom", "updated_at"])
    return changed


def _as_kept(values: Mapping[str, str], current: Mapping[str, str]) -> dict[str, str]:
    """The values in the form of the book; what stands there already is never found wrong."""
    known = {field.slug: field for field in CustomField.objects.filter(slug__in=values)}
    found = {}
    for slug, text in values.items():
        field = known.get(slug)
        if field is None:
            raise NotItsValue(_("There is no field “%(field)s”.") % {"field": slug})
        text = text.strip()
        found[slug] = text if text == current.get(slug, "") else kept_as(field, text)
        if text and not found[slug]:
            raise NotItsValue(_("“%(value)s” does not fit “%(field)s”.") % {"value": text[:80], "field": field.name})
    return found
