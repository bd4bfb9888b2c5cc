"""An organisation that may send."""

import pytest

from crm.models import Organisation


@pytest.fixture(autouse=True)
def _address():
    Organisation.objects.update(postal_address="1 Trade Street")
