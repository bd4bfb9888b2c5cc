"""Sending: PostgreSQL is the queue, Celery only rings.

launch: freeze the audience (INSERT … SELECT) → chunks
worker: claim a chunk (SKIP LOCKED, lease, epoch)
          → ask consent and suppression again → durable intent → wire → outcome
lease ran out: queued rows are safe to claim again, `sending` rows become `uncertain`

    worker.py   the loop; desk.py its paperwork, done by clerk.py in a thread; group.py one group on its way
    ledger/     what stands in the database and in the receipts: claims, intents, outcomes, recovery, the breaker
    rates/      who may leave at this moment
    writing/    messages as ready bytes
    smtp/       the wire; another way to send is a file of its own (crm/provider/)
    telling/    how far it is, what waits, why somebody gets it or not
"""
