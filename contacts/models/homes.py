"""Where somebody lives, written so that two spellings of one address are equal."""

from django.db.models import Func, TextField


class HomeOf(Func):
    """The address as the database compares homes: `12 N Main St., Apt. 4, Charlotte 28205` is `12 n main st 4 28205`.

    It is `street` of contacts/identity/rules/traits.py for an address with a zip code; one without keeps its town,
    or every 12 Main Street of the county would be one home. A test holds the two together.
    """

    function = "contacts_home_of"
    output_field = TextField()
