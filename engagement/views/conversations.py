"""Logging what was said around a table, on a phone."""
