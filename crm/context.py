"""What every page knows."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from crm.models import Organisation
from crm.navigation import site_links


def house(_request: HttpRequest) -> dict[str, object]:
    """The organisation and the links of the public site; read only by pages that show them."""
    return {
        "organisation": SimpleLazyObject(Organisation.load),
        "site_links": SimpleLazyObject(site_links),
    }
