"""The logs: nothing in them leads to a person."""

import io
import logging
from logging.config import dictConfig

import pytest
from celery.app.log import Logging

from config.celery import app
from config.logs import logging as settings_for


@pytest.fixture
def said():
    """Log with the production settings and give back the lines."""
    before = logging.root.handlers[:]
    level = logging.root.level
    lines = io.StringIO()
    wanted = settings_for(json=True)
    wanted["handlers"]["stderr"]["stream"] = lines
    dictConfig(wanted)
    yield lines.getvalue
    logging.root.handlers[:] = before
    logging.root.setLevel(level)


def test_an_address_is_blanked_out(said):
    logging.getLogger("crm").warning("could not write to %s", "ana.maria+x@example.org")
    line = said()
    assert "[address]" in line
    assert "example.org" not in line


def test_a_signed_link_is_blanked_out(said):
    logging.getLogger("django.request").warning("Not Found: /leave/WzEsMl0:1tXyZz:0123456789abcdefghij-_KLMNOP/")
    line = said()
    assert "[token]" in line
    assert "WzEsMl0" not in line


def test_a_traceback_is_blanked_out_too(said):
    try:
        raise ValueError("no such person: ana@example.org")
    except ValueError:
        logging.getLogger("crm").exception("It failed")
    line = said()
    assert "ValueError" in line
    assert "ana@example.org" not in line


def test_the_row_that_the_database_refused_is_blanked_out(said):
    try:
        raise ValueError("violates a constraint\nDETAIL:  Failing row contains (7, Ana, Peña, 28208).")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: /join/")
    line = said()
    assert "violates a constraint" in line
    assert "Peña" not in line
    assert "28208" not in line


def test_a_worker_logs_without_personal_data_too(said, monkeypatch):
    monkeypatch.setattr(Logging, "_setup", False)
    Logging(app).setup_logging_subsystem(loglevel="INFO")
    logging.getLogger("campaigns").warning("Newsletter 7 was paused: 550 ana@example.org is not welcome")
    assert "[address] is not welcome" in said()


def test_a_laptop_logs_its_errors_too():
    from django.conf import settings

    assert settings.LOGGING["root"]["handlers"] == ["stderr"]
