"""Who may open what: one rule for every route, the first pattern that fits.

A new route without a rule fails `test_access.py`. To add one: pick the line it belongs to, or write
a new one above the more general ones.

- `PUBLIC`: anybody, without a sign-in.
- `LINK`: anybody who holds a signed link; a link that is nonsense opens nothing.
- a set of roles: these and no others. `HOUSE` is every role, `NOBODY` none.
"""

from fnmatch import fnmatchcase

PUBLIC, LINK = "public", "link"
MANAGER, STAFF, ORGANIZER, PARTNER, ANALYST = "manager", "staff", "organizer", "partner", "analyst"
ROLES = (MANAGER, STAFF, ORGANIZER, PARTNER, ANALYST)
HOUSE = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
BOOK = frozenset({MANAGER, STAFF})
TABLES = BOOK | {ORGANIZER}
READERS = TABLES | {ANALYST}

Rule = str | frozenset[str]

RULES: list[tuple[str, Rule]] = [
    # ── Open to everybody ──
    ("healthz", PUBLIC),
    ("set_language", PUBLIC),
    ("crm:forgot*", PUBLIC),
    ("crm:password-set", PUBLIC),
    ("crm:set-password", PUBLIC),
    ("admin:login", PUBLIC),
    ("contacts:join*", PUBLIC),
    ("contacts:preferences-link*", PUBLIC),
    ("admin:logout", PUBLIC),
    # ── By a signed link ──
    ("contacts:confirm", LINK),
    ("contacts:leave*", LINK),
    ("contacts:left", LINK),
    ("contacts:preferences*", LINK),
    ("api:token", PUBLIC),
    # ── The API ──
    ("api:schema*", HOUSE),
    ("api:v1:api-root", HOUSE),
    ("api:v1:stakeholder*", BOOK),
    ("api:v1:segment*", BOOK | {ANALYST}),
    ("api:v1:import-commit", BOOK),
    ("api:v1:import-revert", BOOK),
    ("api:v1:import-cancel", BOOK),
    ("api:v1:import-settle", BOOK),
    ("api:v1:import-terms", BOOK),
    ("api:v1:import*", BOOK | {PARTNER}),
    ("api:v1:campaign-launch", BOOK),
    ("api:v1:campaign-pause", BOOK),
    ("api:v1:campaign-resume", BOOK),
    ("api:v1:campaign-cancel", BOOK),
    ("api:v1:campaign-retry", BOOK),
    ("api:v1:campaign-slow", BOOK),
    ("api:v1:campaign-finish", BOOK),
    ("api:v1:campaign-uncertain", BOOK),
    ("api:v1:campaign-decide", BOOK),
    ("api:v1:campaign-undo", BOOK),
    ("api:v1:campaign-correct", BOOK),
    ("api:v1:campaign-people", BOOK),
    ("api:v1:campaign*", BOOK | {ANALYST}),
    ("api:v1:event-publish", TABLES),
    ("api:v1:event*", READERS),
    ("api:v1:registration*", TABLES),
    ("api:v1:conversation*", READERS),
    # ── Everyone who works in the house ──
    ("admin:index", HOUSE),
    ("admin:password_change*", HOUSE),
    ("admin:jsi18n", HOUSE),
    ("admin:search", HOUSE),
    ("admin:view_on_site", HOUSE),
    ("admin:autocomplete", NOBODY),  # asks for the permission of the field it completes; without a field, nobody
    ("admin:catch_all", HOUSE),
    ("admin:app_list", HOUSE),
    ("crm:search", HOUSE),
    ("crm:job", HOUSE),
    ("crm:export*", BOOK),
    # ── Newsletters on their way ──
    ("campaigns:progress", BOOK | {ANALYST}),
    ("campaigns:numbers", BOOK | {ANALYST}),
    ("campaigns:steer", BOOK),
    ("campaigns:uncertain", BOOK),
    ("campaigns:undo", BOOK),
    ("campaigns:decide", BOOK),
    ("campaigns:retry", BOOK),
    ("campaigns:correction", BOOK),
    ("campaigns:pace", BOOK),
    ("campaigns:deliveries", BOOK),
    ("campaigns:ask", BOOK),
    ("campaigns:why", BOOK),
    # ── Imports ──
    ("admin:contacts_importrun_delete", NOBODY),
    *[(f"admin:contacts_importrun_{button}", BOOK) for button in ("save", "stop", "revert", "terms", "rows")],
    *[(f"admin:contacts_importrun_{button}", BOOK) for button in ("queue", "rest", "settle", "unsettle")],
    ("admin:contacts_importrun_*", BOOK | {PARTNER}),
    ("admin:contacts_partner_delete", frozenset({MANAGER})),
    ("admin:contacts_partner_*", BOOK),
    # ── House ──
    ("crm:metrics", NOBODY),  # a monitoring system shows its token; a sign-in opens nothing there
    ("crm:history", frozenset({MANAGER})),
    ("crm:promises", frozenset({MANAGER})),
    ("crm:look", frozenset({MANAGER})),
    ("mailbox:*", BOOK),
    ("admin:crm_job_add", NOBODY),
    ("admin:crm_job_delete", NOBODY),
    ("admin:crm_job_*", BOOK | {ORGANIZER, PARTNER}),
    ("admin:crm_organisation_add", NOBODY),
    ("admin:crm_organisation_delete", NOBODY),
    ("admin:crm_organisation_*", frozenset({MANAGER})),
    ("admin:campaigns_sendingrules_add", NOBODY),
    ("admin:campaigns_sendingrules_delete", NOBODY),
    ("admin:campaigns_sendingrules_*", frozenset({MANAGER})),
    ("admin:crm_outboxmail_add", NOBODY),
    ("admin:crm_outboxmail_delete", NOBODY),
    ("admin:crm_outboxmail_*", BOOK),
    ("admin:crm_user_delete", NOBODY),
    ("admin:crm_user_*", frozenset({MANAGER})),
    # ── Members, who have no sign-in ──
    ("contacts:join*", PUBLIC),
    ("contacts:preferences-link*", PUBLIC),
    *[(f"contacts:{page}", LINK) for page in ("confirm", "leave*", "left", "preferences*")],
    # ── Events and conversations ──
    *[(f"engagement:{page}", PUBLIC) for page in ("home", "news", "strategies", "promise", "event*")],
    ("engagement:registered", LINK),
    ("engagement:registration", LINK),
    *[(f"engagement:{page}", TABLES) for page in ("attendance", "mark-attendance", "walk-in")],
    *[(f"engagement:{page}", TABLES) for page in ("log-conversation", "edit-conversation", "conversation-people")],
    ("engagement:conversation*", READERS),
    *[(f"admin:engagement_event_{button}", TABLES) for button in ("add", "publish", "duplicate", "call_off")],
    ("admin:engagement_event_list_at_the_door", TABLES),
    ("admin:engagement_event_delete", BOOK),
    ("admin:engagement_event_*", READERS),
    ("admin:engagement_registration_add", NOBODY),
    ("admin:engagement_registration_delete", NOBODY),
    ("admin:engagement_registration_*", TABLES),
    ("admin:engagement_edition_add", BOOK),
    ("admin:engagement_edition_delete", NOBODY),
    ("admin:engagement_edition_*", READERS),
    ("admin:engagement_strategy_add", NOBODY),
    ("admin:engagement_strategy_delete", NOBODY),
    ("admin:engagement_strategy_*", READERS),
    ("admin:engagement_news_*", BOOK),
    # ── People ──
    ("admin:contacts_stakeholder_delete", NOBODY),  # people are erased, with what is kept about them, never deleted
    ("admin:contacts_stakeholder_allow", frozenset({MANAGER})),
    ("admin:contacts_stakeholder_export_person", frozenset({MANAGER})),
    ("admin:contacts_stakeholder_erase*", frozenset({MANAGER})),
    ("admin:contacts_suppression_change", BOOK),
    ("admin:contacts_suppression_delete", NOBODY),
    ("admin:contacts_suppression_lift", frozenset({MANAGER})),
    ("admin:contacts_segment_export_people", BOOK),
    ("admin:contacts_segment_changelist", BOOK | {ANALYST}),
    ("admin:contacts_segment_change", BOOK | {ANALYST}),
    ("admin:contacts_segment_history", BOOK | {ANALYST}),
    ("admin:contacts_segment_count", BOOK | {ANALYST}),
    ("admin:contacts_segment_preview", BOOK | {ANALYST}),
    ("admin:contacts_stakeholdertype_delete", NOBODY),
    ("admin:contacts_topic_delete", NOBODY),
    ("admin:contacts_customfield_delete", NOBODY),
    ("admin:contacts_importrun_delete", NOBODY),
    ("admin:contacts_importrun_*", BOOK | {PARTNER}),
    ("admin:contacts_partner_delete", frozenset({MANAGER})),
    ("admin:contacts_*", BOOK),
    # ── Newsletters ──
    ("campaigns:browser", LINK),
    ("campaigns:told", PUBLIC),  # a provider shows a signature or a password
    ("campaigns:aside", frozenset({MANAGER})),
    ("campaigns:process-again", frozenset({MANAGER})),
    ("campaigns:content", BOOK | {ANALYST}),
    ("campaigns:*", BOOK),
    ("admin:campaigns_campaign_delete", NOBODY),  # only a draft can be, and here there is none
    ("admin:campaigns_campaign_add", BOOK),
    ("admin:campaigns_campaign_*", BOOK | {ANALYST}),
]


def rule_of(name: str) -> Rule | None:
    """The rule of a route, or None when nobody wrote one."""
    return next((rule for pattern, rule in RULES if fnmatchcase(name, pattern)), None)
