"""Tests of events, registrations and conversations."""
