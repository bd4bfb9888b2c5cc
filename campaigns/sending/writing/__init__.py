"""Messages written once for everybody, and for each person only what differs: headers.py, parts.py, editions.py."""
