"""The send ledger: who gets a campaign, who may send which part of it, and what became of each message.

audience.py → chunks.py → intents.py → (the wire) → outcomes.py → closing.py
receipts.py, recovery.py: what a worker that died left behind
attempts.py, counting.py: evidence and figures beside the rows
breaker.py: a campaign that does harm is paused
"""
