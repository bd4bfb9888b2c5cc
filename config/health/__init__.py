"""Whether the house is well: one question for each part it cannot do without."""
