"""Outreach: newsletters, their content, and the send ledger that proves who received what."""
