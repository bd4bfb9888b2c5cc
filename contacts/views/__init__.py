"""The pages members see: join, leave, preferences. Only a pressed button changes anything."""
