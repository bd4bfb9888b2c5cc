"""Sending: PostgreSQL is the queue, Celery only rings.

launch: freeze the audience (INSERT … SELECT) → chunks
worker: claim a chunk (SKIP LOCKED, lease, epoch)
          → ask consent and suppression again → durable intent → wire → outcome
lease ran out: queued rows are safe to claim again, `sending` rows become `uncertain`
"""
