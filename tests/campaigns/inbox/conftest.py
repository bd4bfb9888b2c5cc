"""Some providers may bring their news."""

import pytest

from tests.campaigns.providers.keys import anymail_settings


@pytest.fixture(autouse=True)
def some_providers(settings):
    """These may bring their news."""
    settings.ANYMAIL, settings.WEBHOOK_PROVIDERS = anymail_settings(), ["sendgrid", "brevo"]
