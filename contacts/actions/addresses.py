"""Add, choose and take away the addresses and numbers of a stakeholder."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from contacts.addresses import normalize
from contacts.models import ContactPoint, Stakeholder
from crm.errors import Refused
from crm.history import acting

Kind = ContactPoint.Kind


class NotAnAddress(Refused):
    """What was given cannot be an e-mail address."""


def add_email(stakeholder: Stakeholder, address: str, *, label: str = "", by=None) -> ContactPoint:
    """The e-mail address of `stakeholder`, added when it is new; the first one is the main one.

    Raises NotAnAddress when it cannot be one.
    """
    try:
        validate_email(address.strip())
    except ValidationError as error:
        raise NotAnAddress(_("“%(address)s” is not an e-mail address.") % {"address": address}) from error
    return add_contact_point(stakeholder, Kind.EMAIL, address, label=label, by=by)


def add_phone(stakeholder: Stakeholder, number: str, *, label: str = "", by=None) -> ContactPoint:
    """The phone number of `stakeholder`, added when it is new."""
    return add_contact_point(stakeholder, Kind.PHONE, number, label=label, by=by)


@transaction.atomic
def add_contact_point(stakeholder: Stakeholder, kind: str, value: str, *, label: str = "", by=None) -> ContactPoint:
    """An address or number of `stakeholder`, added when it is new; the first of its kind is the main one."""
    Stakeholder.objects.select_for_update().get(pk=stakeholder.pk)
    mine = stakeholder.contact_points.filter(kind=kind)
    known = mine.filter(normalized=normalize(kind, value)).first()
    if known:
        return known
    first = not mine.filter(is_primary=True).exists()
    with acting("add_contact_point", by):
        return ContactPoint.objects.create(
            stakeholder=stakeholder, kind=kind, value=value.strip(), label=label, is_primary=first
        )


@transaction.atomic
def make_primary(point: ContactPoint, *, by=None) -> None:
    """Make `point` the one that is used first among its kind."""
    with acting("make_primary", by):
        ContactPoint.objects.filter(stakeholder=point.stakeholder_id, kind=point.kind, is_primary=True).exclude(
            pk=point.pk
        ).update(is_primary=False)
        point.is_primary = True
        point.save(update_fields=["is_primary", "normalized", "fingerprint"])


@transaction.atomic
def remove_contact_point(point: ContactPoint, *, by=None) -> None:
    """Take the address or number away; when it was the main one, the oldest that is left becomes it."""
    with acting("remove_contact_point", by):
        heirs = ContactPoint.objects.filter(stakeholder=point.stakeholder_id, kind=point.kind).exclude(pk=point.pk)
        was_primary = point.is_primary
        point.delete()
        if was_primary and (heir := heirs.order_by("pk").first()):
            make_primary(heir, by=by)


@transaction.atomic
def change_contact_point(point: ContactPoint, *, by=None, **changes: str) -> list[str]:
    """Change kind, value, label or status of an address; gives the names of what differs."""
    changed = [field for field, value in changes.items() if getattr(point, field) != value]
    for field in changed:
        setattr(point, field, changes[field])
    if changed:
        with acting("change_contact_point", by):
            point.save()
    return changed
