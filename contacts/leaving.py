"""The signed links by which people leave a list or look after what they receive, without a sign-in.

| address | what it is for |
|---|---|
| `/leave/<token>/` | a page that says which list, with a button to leave it |
| `/leave/<token>/one-click/` | the POST of RFC 8058, pressed by the mail program |
| `/preferences/<token>/` | topics, language, name, zip code |

A token holds ids only, never a name or an address, and opens one purpose. Opening a page changes nothing,
and what it leads on to is never younger than the link that opened it: an old mail that was passed on opens
nobody's preferences.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from crm import links

LEAVE, PREFERENCES, COME_BACK, CONFIRM = "leave", "preferences", "come-back", "confirm-join"

LEAVE_AGE = timedelta(days=3 * 365)
"""People open the foot of old newsletters; a link that leaves should hardly ever be too old."""
PREFERENCES_AGE = timedelta(days=180)
"""This link shows a name and a zip code; a fresh one is a mail away."""
COME_BACK_AGE = timedelta(hours=1)
"""How long the button “bring me back” works after leaving."""
CONFIRM_AGE = timedelta(days=14)
"""How long a join waits for its confirmation before it is forgotten."""


class LeaveLink(NamedTuple):
    """Who leaves which topic, and where the link stood ("campaign:12")."""

    stakeholder_id: int
    topic_id: int
    origin: str


class Leaving(NamedTuple):
    """What somebody just left and may take back: one topic, or everything when `topic_id` is 0.

    `had` are the topics they received until then; leaving twice has none. `preferences` is the token that
    the link which left leads on to, empty when that link is old.
    """

    stakeholder_id: int
    topic_id: int
    had: list[int]
    origin: str
    preferences: str = ""


def leave_token(stakeholder_id: int, topic_id: int, origin: str = "", *, made_at: datetime | None = None) -> str:
    """The token of the two leave addresses; `origin` says where the link stands, such as "campaign:12"."""
    return links.sign(LEAVE, [stakeholder_id, topic_id, origin], made_at=made_at)


def read_leave_token(token: str) -> LeaveLink:
    """Who leaves what; raises crm.links.BadLink."""
    return LeaveLink(*links.read(LEAVE, token, max_age=LEAVE_AGE))


def leave_url(token: str) -> str:
    """The absolute address of the page that leaves a list."""
    return links.public_url(f"/leave/{token}/")


def one_click_url(token: str) -> str:
    """The absolute address for the List-Unsubscribe header."""
    return links.public_url(f"/leave/{token}/one-click/")


def preferences_url(token: str) -> str:
    """The absolute address of somebody's preferences."""
    return links.public_url(f"/preferences/{token}/")


def preferences_token(stakeholder_id: int, *, made_at: datetime | None = None) -> str:
    """The token of somebody's own preferences."""
    return links.sign(PREFERENCES, [stakeholder_id], made_at=made_at)


def read_preferences_token(token: str) -> int:
    """The id of the stakeholder whose preferences these are; raises crm.links.BadLink."""
    return links.read(PREFERENCES, token, max_age=PREFERENCES_AGE)[0]


def preferences_token_from(leave: str) -> str:
    """The preferences a leave link leads on to, as old as it; empty when it is old and a fresh mail is safer."""
    try:
        link = links.opened(LEAVE, leave, max_age=PREFERENCES_AGE)
    except links.BadLink:
        return ""
    return preferences_token(link.payload[0], made_at=link.made_at)


def come_back_token(leaving: Leaving) -> str:
    """The token of the button that undoes `leaving`."""
    return links.sign(COME_BACK, list(leaving))


def read_come_back_token(token: str) -> Leaving:
    """What is to be undone; raises crm.links.BadLink."""
    return Leaving(*links.read(COME_BACK, token, max_age=COME_BACK_AGE))


def confirm_token(join_request_id: int) -> str:
    """The token of the link that confirms a join."""
    return links.sign(CONFIRM, [join_request_id])


def read_confirm_token(token: str) -> int:
    """The id of the join request; raises crm.links.BadLink."""
    return links.read(CONFIRM, token, max_age=CONFIRM_AGE)[0]
