"""Pages of the ground floor, one file a subject."""
