"""Doorbells of sending: a task says that there may be work, the ledger says what it is."""

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down

from campaigns.actions import inbox
from campaigns.actions.bells import ring_on
from campaigns.actions.bounces import read_configured
from campaigns.actions.watching import watch_sending
from campaigns.sending.stopping import share_with_children, stop_soon
from campaigns.sending.worker import work
from crm.bell import ring

READING = 20.0
"""Seconds of one turn of reading what came back: others wait for the same workers."""


@shared_task
def send_chunks(campaign_id: int) -> None:
    """Send what is due of one campaign, and ring again when the turn ended before the work did."""
    if work(campaign_id).spent:
        ring_on(campaign_id)


@shared_task
def watch() -> None:
    """Free what vanished workers held, finish what is done, and ring for what waits."""
    watch_sending()


@shared_task
def take_in_news() -> None:
    """Work off what providers told us; rung by their door and by the clock."""
    if inbox.take_in_news():
        ring("campaigns.tasks.take_in_news")


@shared_task
def forget_old_news() -> None:
    """Forget events that no provider repeats any more."""
    inbox.forget_old_news()


@shared_task
def read_bounces() -> None:
    """Read the mailbox of what came back, and ring again when the turn ended before the mails did."""
    turn = read_configured(seconds=READING)
    if turn and turn.more:
        ring("campaigns.tasks.read_bounces")


@worker_init.connect(dispatch_uid="campaigns.tasks.be_told")
def _be_told(**_kwargs: object) -> None:
    """The processes that are about to be forked shall know when this worker is told to stop."""
    share_with_children()


@worker_shutting_down.connect(dispatch_uid="campaigns.tasks.tell")
def _tell(**_kwargs: object) -> None:
    """Let them finish the group in hand, and begin no other."""
    stop_soon()
