"""What is said at the start about settings that would only fail when the first newsletter leaves."""

from typing import Any

from django.core import checks
from django.utils.translation import gettext as _

from campaigns.sending.rates.rules import BadRate, rules


@checks.register()
def rates(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Whether the rates can be read."""
    try:
        rules()
    except BadRate as why:
        return [checks.Error(_("SENDING_RATES: %(why)s") % {"why": why}, id="campaigns.E001")]
    return []
