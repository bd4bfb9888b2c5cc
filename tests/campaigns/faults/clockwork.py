"""The clock of the house, going faster: `celery -A tests.campaigns.faults.clockwork beat` looks every second."""

from config.celery import app

ENTRY = "sending"

app.conf.beat_schedule = {ENTRY: app.conf.beat_schedule[ENTRY] | {"schedule": 1}}
