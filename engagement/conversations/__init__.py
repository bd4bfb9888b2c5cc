"""On the Table: hosts invite people to a meal and a talk, and what was said is kept.

edition (year, theme, prompts) → gathering (host, zip, date) → participants
  → notes under prompts → a strategy and a commitment each
"""
