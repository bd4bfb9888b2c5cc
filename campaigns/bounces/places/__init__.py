"""Where mail that came back lies; each place is one file with the small interface of `place.py`."""
