"""System checks about mail: what `EMAIL_URL` names must be set up, and said clearly where it is not."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from crm.provider.known import PROVIDERS


@register
def check_provider(app_configs: Any, **_more: Any) -> list[CheckMessage]:
    """The provider has its keys, and something by which its news are known to be its own."""
    name = settings.EMAIL_PROVIDER
    if not name:
        return []
    provider, known = PROVIDERS[name], settings.ANYMAIL
    missing = [variable for variable in provider.needs if not known.get(variable)]
    found: list[CheckMessage] = []
    if missing:
        found.append(
            Error(
                f"EMAIL_URL chooses {name}, which cannot be asked without {' and '.join(missing)}.",
                hint="Put what the provider's account says into the environment under this name.",
                id="crm.E001",
            )
        )
    secret = provider.webhook
    if secret and not known.get(secret.removeprefix("ANYMAIL_")) and not known.get("WEBHOOK_SECRET"):
        found.append(
            Warning(
                f"Nobody can tell whether news about delivery really come from {name}: {secret} is not set.",
                hint="Without it no bounce and no complaint is heard.",
                id="crm.W002",
            )
        )
    return found
