"""What members type: the join form, their preferences, an address for a fresh link."""
