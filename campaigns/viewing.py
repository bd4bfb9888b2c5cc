"""The signed link by which somebody sees their newsletter in the browser, `/newsletters/<token>/`.

It holds the number of a delivery only. What the page leads on to is as old as the message, so that a
newsletter that was passed on never opens anybody's preferences for longer than the mail itself does.
"""

from datetime import timedelta

from crm import links

VIEW = "browser"
VIEW_AGE = timedelta(days=180)
"""The page greets by name and leads to preferences; nobody needs that of last year's newsletter."""


def view_token(delivery: int) -> str:
    """The token of one delivery's page."""
    return links.sign(VIEW, [delivery])


def view_url(token: str) -> str:
    """The absolute address of the page."""
    return links.public_url(f"/newsletters/{token}/")


def read_view_token(token: str) -> links.Opened:
    """The delivery's number, and when the link was made; raises crm.links.BadLink or ExpiredLink."""
    return links.opened(VIEW, token, max_age=VIEW_AGE)
