"""The verbs of the ground floor, one file a noun."""
