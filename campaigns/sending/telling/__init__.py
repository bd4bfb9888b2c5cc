"""What people are told about sending: how far it is, what waits and why, why somebody gets it or does not."""
