"""Feeds: a partner's folder or HTTPS address that is read again and again.

    clock, “read now”, read_feeds
      └▶ claim ──▶ fetch ──▶ the same file again: nothing
                     │ └──▶ trouble: noted, tried again sooner; told after some tries
                     ▼
                  receive ──▶ check ──▶ settle ──▶ saved on its own
                                           └──▶ stops and asks: the file waits, the feed says why, its owner is told

A feed is due by its row (`next_at`), claimed with SKIP LOCKED; while a file of it waits for a person it reads no
further one. `folder` and `web` fetch, `judging` says what needs a person, `actions` are the verbs.
"""
