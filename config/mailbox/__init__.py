"""The local mailbox: on a laptop every mail lands here instead of at people.

    SMTP on 127.0.0.1 ─► var/mailbox/new/<key>.eml + a line in var/mailbox/index.jsonl ─► a page for staff

It exists only while neither EMAIL_URL nor MAIL_SERVERS is set.
"""
