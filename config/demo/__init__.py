"""The demo: an invented Charlotte that arrives through the product's own doors.

    three partner files → import → events, registrations, conversations → a segment → a newsletter

Every person is invented and every address ends in `example.org`; the events and the news are real.
"""
