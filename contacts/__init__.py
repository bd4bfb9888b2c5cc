"""Who they are: stakeholders, how to reach them, what they agreed to, where they came from."""
