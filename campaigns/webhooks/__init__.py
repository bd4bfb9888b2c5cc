"""News from mail providers: who says so is asked first, what was said already is dropped, what counts waits in rows.

    provider → /webhooks/<provider>/ → is it theirs? (proof.py) → what does it say? (reading.py)
             → the inbox, in one statement (inbox.py) → 200, and a bell
    bell, clock → hundreds at a time, noted before (hands.py, actions/inbox.py)
                → messages, addresses, campaigns (actions/news.py)
                → done; later, when its message is not known yet; or set aside, with why

    dialects.py   what is particular about each provider: a row each
    sns.py        Amazon's topics, which ask before they talk

Anymail knows the signatures and the words of thirteen providers; everything here is what it leaves open.
"""
