"""Logs as JSON lines without personal data: addresses and the signed part of links never reach them."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
SIGNED = re.compile(r"[\w-]{4,}:[\w-]{4,}(:[\w-]{10,})+|[\w-]{40,}")
"""Signed tokens, with or without their colons; nothing else in our logs is that long without a break."""
QUOTED_ROW = re.compile(r"DETAIL:.*")
"""PostgreSQL quotes the row it refused, names and all."""


def without_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank out mail addresses and tokens in every text of a log line, tracebacks included."""
    return {key: _blank(value) for key, value in event.items()}


def _blank(value: Any) -> Any:
    if isinstance(value, str):
        return SIGNED.sub("[token]", ADDRESS.sub("[address]", QUOTED_ROW.sub("DETAIL: [row]", value)))
    if isinstance(value, dict):
        return {key: _blank(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_blank(item) for item in value]
    return value


BEFORE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    without_personal_data,
]


def logging(*, json: bool, level: str = "INFO") -> dict[str, Any]:
    """The LOGGING setting: JSON for machines, plain lines for a terminal; both without personal data."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": BEFORE,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
