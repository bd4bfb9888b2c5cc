"""System checks about mail: what `EMAIL_URL` names must be set up, and said clearly where it is not."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from crm.provider.known import PROVIDERS, heard, missing_proof


@register
def check_provider(app_configs: Any, **_more: Any) -> list[CheckMessage]:
    """The provider has its keys."""
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
    return found


@register
def check_proof(app_configs: Any, **_more: Any) -> list[CheckMessage]:
    """What a provider says must be known to be its own; production does not start where nobody could tell."""
    unknown = sorted(set(settings.WEBHOOK_PROVIDERS) - set(PROVIDERS))
    found: list[CheckMessage] = []
    if unknown:
        hint = f"Known are: {', '.join(PROVIDERS)}."
        found.append(Error(f"WEBHOOK_PROVIDERS names {', '.join(unknown)}.", hint=hint, id="crm.E003"))
    for name in heard(settings.EMAIL_PROVIDER, settings.WEBHOOK_PROVIDERS):
        if missing := missing_proof(name, settings.ANYMAIL):
            said = f"Nobody can tell whether news about delivery really come from {name}: {missing} is not set."
            hint = "Without it no bounce and no complaint is heard; docs/recipes/set-webhooks.md."
            proved = settings.WEBHOOKS_NEED_PROOF
            found.append(Error(said, hint=hint, id="crm.E002") if proved else Warning(said, hint=hint, id="crm.W002"))
    return found
