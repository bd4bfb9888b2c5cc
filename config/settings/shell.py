"""How the back office looks: the brand, its colours and where its menu and first page come from."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

TEAL = {
    "50": "oklch(97.6% .014 186)",
    "100": "oklch(94.4% .028 186)",
    "200": "oklch(88.4% .052 186)",
    "300": "oklch(81% .078 186)",
    "400": "oklch(74% .09 186)",
    "500": "oklch(66% .095 186)",
    "600": "oklch(51.6% .083 184)",
    "700": "oklch(44.5% .073 184)",
    "800": "oklch(38% .062 185)",
    "900": "oklch(32.5% .05 186)",
    "950": "oklch(23% .038 187)",
}
"""600 is the brand's #1f7a70: white on it has a contrast of 5.2 : 1."""
STONE = {
    "50": "oklch(98.3% .003 100)",
    "100": "oklch(96.4% .004 110)",
    "200": "oklch(92.2% .006 140)",
    "300": "oklch(86.8% .009 170)",
    "400": "oklch(72.5% .014 185)",
    "500": "oklch(53% .018 188)",
    "600": "oklch(43.5% .02 188)",
    "700": "oklch(36.5% .022 188)",
    "800": "oklch(27.6% .022 190)",
    "900": "oklch(20.8% .02 190)",
    "950": "oklch(14.5% .016 190)",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Alliance"),
    "SITE_HEADER": _("Alliance"),
    "SITE_URL": "/",
    "SITE_LOGO": {
        "light": lambda request: static("crm/logo-light.svg"),
        "dark": lambda request: static("crm/logo-dark.svg"),
    },
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("crm/mark.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "8px",
    "COLORS": {"base": STONE, "primary": TEAL},
    "STYLES": [lambda request: static("crm/office.css")],
    "SCRIPTS": [lambda request: static("crm/once.js")],
    "DASHBOARD_CALLBACK": "crm.shell.dashboard",
    "LOGIN": {"form": "crm.signin.SignInForm"},
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "crm.shell.menu"},
    "ACCOUNT": {"navigation": "crm.shell.account_links"},
}
