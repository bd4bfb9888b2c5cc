"""Rates: how fast messages may leave, decided for a group of recipients before anything is written down about them.

settings and pages      rules.py (servers, domains), hours.py (quiet hours, warm-up), Campaign.per_hour ("slow down")
      ↓
gate.py                 who of the next recipients may go now; who is held back gets the moment of their turn
      ↓
buckets.py              one question to Redis for the whole group (ask.lua); without Redis each process by itself
      ↑                 (local.py)
advance.py              what single mails take without asking (spend.lua)
replies                 a domain that puts us off is slowed down (slow.lua) and recovers by itself

docs/decisions tell why, docs/recipes/set-rates.md how to set them.
"""

from campaigns.sending.rates.buckets import Level, bucket_levels

__all__ = ["Level", "bucket_levels"]
