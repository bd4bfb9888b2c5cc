"""Workers are killed at random moments, several at a time: nobody is lost; what is doubled or uncertain has a bound.

The bound: one message for each connection that was open when its worker was killed.
"""

from collections import Counter

import pytest

from campaigns.models import Campaign, Delivery
from tests.campaigns.faults.account import LONG, chance, settle_account, uncertain_by_claim, wait_until, waits
from tests.campaigns.faults.hands import Hand
from tests.campaigns.faults.server import Plan, Server
from tests.campaigns.ledger import launched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

KILLS = 200 if LONG else 8
PER_KILL = 100 if LONG else 30
AT_ONCE = 3
CONNECTIONS = 3
NUMBERS = {"chunk": 200 if LONG else 40, "group": 25, "connections": CONNECTIONS, "lonely": 0.002}


def kill_again_and_again(campaign: Campaign, kills: int) -> Counter[str]:
    """Let three workers send at a time, each until it is killed at a random line; answers where they were killed."""
    moments = chance("killed")
    working: list[Hand] = []
    where: Counter[str] = Counter()
    while where.total() < kills:
        while len(working) < AT_ONCE:
            early = moments.random() < 0.3
            working.append(Hand(lines=moments.randint(1, 600 if early else 180 * PER_KILL)))
        wait_until(lambda: any(hand.gone() for hand in working) or not waits(campaign))
        for hand in [hand for hand in working if hand.gone()]:
            assert hand.status == -9, hand.ended_at
            where[hand.ended_at] += 1
            working.remove(hand)
        if not waits(campaign):
            break
    for hand in working:
        hand.end()
    return where


def finish(campaign: Campaign, *, also: int = 0) -> None:
    """Let one worker that nobody disturbs do the rest; `also` says how many of a state must be gone, too."""
    last = Hand()
    wait_until(lambda: not waits(campaign) and not (also and left_uncertain(campaign)))
    last.end()


def left_uncertain(campaign: Campaign) -> int:
    """How many nobody knows about."""
    return Delivery.objects.filter(campaign=campaign, state="uncertain").count()


def places(where: Counter[str]) -> str:
    """The rooms of the engine in which workers were killed."""
    rooms: Counter[str] = Counter()
    for place, count in where.items():
        rooms[place.partition(".")[0]] += count
    return " ".join(f"{room}×{count}" for room, count in rooms.most_common())


def run(serve, policy: str, **numbers: float) -> tuple[Campaign, Server, Counter[str]]:
    """A campaign whose workers are killed, until it is settled."""
    server = serve(Plan(delay=0.003), **NUMBERS, **numbers)
    campaign = launched(KILLS * PER_KILL, policy=policy)
    where = kill_again_and_again(campaign, KILLS)
    finish(campaign, also=policy == "resend")
    return campaign, server, where


def test_workers_killed_under_hold_double_nothing_and_leave_one_message_a_connection_uncertain(serve, counted):
    campaign, server, where = run(serve, "hold")
    account, kills = settle_account(campaign, server), where.total()
    worst = max(uncertain_by_claim(campaign).values(), default=0)
    mean = account.uncertain / max(kills, 1)
    counted(
        recipients=KILLS * PER_KILL, kills=kills, **account.table(), mean_per_kill=f"{mean:.2f}",
        most_per_kill=worst, bound=CONNECTIONS, killed_in=places(where),
    )  # fmt: skip
    assert (account.lost, account.doubled, account.unsaid) == ([], 0, [])
    assert account.uncertain <= kills * CONNECTIONS
    assert worst <= CONNECTIONS


def test_workers_killed_under_resend_lose_nobody_and_double_no_more_than_was_in_flight(serve, counted):
    campaign, server, where = run(serve, "resend", quiet=0.5, tries=50)
    account, kills = settle_account(campaign, server), where.total()
    counted(
        recipients=KILLS * PER_KILL, kills=kills, **account.table(), bound=kills * CONNECTIONS,
        killed_in=places(where),
    )  # fmt: skip
    assert account.lost == []
    assert account.states == {"accepted": KILLS * PER_KILL}
    assert account.doubled <= kills * CONNECTIONS
