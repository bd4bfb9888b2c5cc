"""What a column can be taken for, in the words of staff."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.imports.mapping.headers import OWN
from contacts.models.taxonomy import CustomField

FIELD_NAMES = {
    "email": gettext_lazy("E-mail"),
    "first_name": gettext_lazy("First name"),
    "middle_name": gettext_lazy("Middle name"),
    "last_name": gettext_lazy("Last name"),
    "second_last_name": gettext_lazy("Second last name"),
    "full_name": gettext_lazy("Whole name"),
    "organisation": gettext_lazy("Organisation"),
    "role": gettext_lazy("Role there"),
    "types": gettext_lazy("Types"),
    "tags": gettext_lazy("Tags"),
    "topics": gettext_lazy("Topics they agreed to"),
    "left_topics": gettext_lazy("Topics they left"),
    "zip": gettext_lazy("Zip code"),
    "address": gettext_lazy("Whole address"),
    "street": gettext_lazy("Street"),
    "street_more": gettext_lazy("Street, second line"),
    "city": gettext_lazy("City"),
    "region": gettext_lazy("State"),
    "phone": gettext_lazy("Phone"),
    "language": gettext_lazy("Language"),
    "notes": gettext_lazy("Notes"),
    "kind": gettext_lazy("Person or organisation"),
    "status": gettext_lazy("May be mailed?"),
    "opted_in": gettext_lazy("Said yes to mail"),
    "opted_out": gettext_lazy("Said no to mail"),
    "no_contact": gettext_lazy("Do not contact"),
    "external": gettext_lazy("Number in their system"),
    "attendance": gettext_lazy("Registered or came"),
    "attended": gettext_lazy("Came to the event"),
    "bad_email": gettext_lazy("The e-mail before it does not work"),
    "second:full_name": gettext_lazy("Second person: whole name"),
    "second:first_name": gettext_lazy("Second person: first name"),
    "second:last_name": gettext_lazy("Second person: last name"),
    "second:email": gettext_lazy("Second person: e-mail"),
    "second:phone": gettext_lazy("Second person: phone"),
    "second:external": gettext_lazy("Second person: number in their system"),
    "second:organisation": gettext_lazy("Second person: organisation"),
    "second:role": gettext_lazy("Second person: role there"),
    "second:opted_out": gettext_lazy("Second person: said no to mail"),
    "second:no_contact": gettext_lazy("Second person: do not contact"),
    "bounced": gettext_lazy("Address does not work"),
}


GROUPS = (
    (gettext_lazy("Who it is"), "full_name first_name middle_name last_name second_last_name kind organisation role"),
    (gettext_lazy("How to reach them"), "email phone street street_more city region zip address"),
    (gettext_lazy("What we know of them"), "types tags language notes external"),
    (
        gettext_lazy("Whether they may be mailed"),
        "status opted_in topics left_topics opted_out no_contact bounced bad_email",
    ),
    (gettext_lazy("An event they came to"), "attendance attended"),
    (
        gettext_lazy("A second person in the same row"),
        "second:full_name second:first_name second:last_name second:email second:phone second:organisation "
        "second:role second:external second:opted_out second:no_contact",
    ),
)
"""The fields in the order in which somebody looks for them."""
Choice = tuple[str, str]


def name_of(field: str) -> str:
    """The name of a field, empty for a column that is left out."""
    if field.startswith(OWN):
        return own_names().get(field, _("A field that is gone"))
    return str(FIELD_NAMES.get(field, ""))


def own_names() -> dict[str, str]:
    """The fields of our own, as columns are taken for them."""
    return {OWN + own.slug: str(own) for own in CustomField.objects.all()}


def choices() -> list[tuple[str, list[Choice]]]:
    """Every field a column can be taken for, in groups."""
    found = [(str(group), [(field, str(FIELD_NAMES[field])) for field in fields.split()]) for group, fields in GROUPS]
    own = list(own_names().items())
    return [*found, (_("Fields of our own"), own)] if own else found
