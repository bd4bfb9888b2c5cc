"""What one mail says, and about which of our messages.

opened.py   bytes → a message, within limits            dsn.py        what mail servers report (RFC 3464)
sorts.py    which sort of mail it is                    complaints.py what providers pass on (RFC 5965)
proof.py    which message it is about, proven           others.py     reports in no standard form (flufl.bounce)
meaning.py  what a status means for the message         reading.py    all of it together
"""
