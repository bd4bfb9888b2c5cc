"""The mail server drops the line, refuses and falls silent: every message ends in the state that is true."""

import shutil
from collections.abc import Callable

import pytest

from campaigns.models import Campaign, Delivery
from tests.campaigns.faults.account import LONG, Account, settle_account, wait_until, waits
from tests.campaigns.faults.hands import hands
from tests.campaigns.faults.server import Plan, Server
from tests.campaigns.ledger import HTML, launched
from tests.campaigns.test_secure_line import certificate

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.fault]

RECIPIENTS = 10_000 if LONG else 120
PATIENCE = 2.0 if LONG else 1.0
NUMBERS = {
    "chunk": 500 if LONG else 50, "first_retry": 0.05, "retry_factor": 1, "connect_timeout": 5,
    "reply_timeout": PATIENCE, "final_timeout": PATIENCE,
}  # fmt: skip
DROPS = {"drop_data": 0.1, "drop_body": 0.1, "drop_dot": 0.1}
REFUSALS = {"later": 0.3, "never": 0.03, "nobody": 0.02}
MEGABYTES = "<p>" + "Access to opportunity follows the zip code. " * 120_000 + "</p>"
HANGS = {"hang_rcpt": 0.004, "hang_data": 0.003, "hang_message": 0.003}
ENDS = {"drop_dot": "uncertain", "hang_message": "uncertain", "never": "failed", "nobody": "bounced"}
"""Where a first try ends for good; after any other there is a second one, which is accepted."""


@pytest.fixture(params=["pipelining", "line by line", "over TLS"])
def line(request, serve, tmp_path, monkeypatch) -> Callable[..., Server]:
    """Starts the mail server in each way a line may be."""
    if request.param != "over TLS":
        return lambda **plan: serve(Plan(pipelining=request.param == "pipelining", **plan), **NUMBERS)
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate: apt-get install openssl")
    paper = certificate(tmp_path, "IP:127.0.0.1")
    both = tmp_path / "both.pem"
    both.write_bytes(paper.file.read_bytes() + (tmp_path / "key.pem").read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(paper.file))
    return lambda **plan: serve(Plan(certificate=str(both), **plan), **NUMBERS)


def send(server: Server, count: int, *, html: str = HTML) -> tuple[Campaign, Account, dict[str, int]]:
    """Send to that many people; answers with what went wrong, by kind, and proves each state and number of tries."""
    campaign = launched(count, policy="hold", html=html)
    with hands(1) as [hand]:
        wait_until(lambda: not waits(campaign))
        hand.end()
    faults: dict[str, int] = {}
    for address, state, attempts in Delivery.objects.filter(campaign=campaign).values_list(
        "address", "state", "attempts"
    ):
        fault = server.plan.fault(address, 0)
        faults[fault] = faults.get(fault, 0) + 1
        expected = (ENDS[fault], 1) if fault in ENDS else ("accepted", 2 if fault else 1)
        assert (state, attempts) == expected, f"{address} met {fault or 'nothing'}"
    faults.pop("", None)
    return campaign, settle_account(campaign, server), faults


def test_a_line_dropped_before_the_dot_is_tried_again_and_after_it_uncertain(line, counted):
    server = line(parts=DROPS)
    _campaign, account, faults = send(server, RECIPIENTS)
    counted(recipients=RECIPIENTS, **account.table(), **faults)
    assert (account.lost, account.doubled, account.unsaid) == ([], 0, [])
    assert account.uncertain == faults["drop_dot"]


def test_a_line_dropped_deep_in_a_long_body_is_tried_again(serve, counted):
    """Longer than what the machine takes at once, so that the dot has not left when the line is lost."""
    count = 60 if LONG else 5
    server = serve(Plan(parts={"drop_deep": 0.6}), **NUMBERS)
    _campaign, account, faults = send(server, count, html=HTML + MEGABYTES)
    counted(recipients=count, **account.table(), **faults)
    assert (account.lost, account.doubled, account.unsaid, account.uncertain) == ([], 0, [], 0)
    assert faults["drop_deep"]


def test_refusals_and_silence_end_in_the_right_states_and_nobody_waits_longer_than_the_patience(line, counted):
    """Of a hundred people 30 are put off, 5 refused and one meets silence."""
    count = 3 * RECIPIENTS // 10 if LONG else 2 * RECIPIENTS
    server = line(parts=REFUSALS | (HANGS if LONG else dict.fromkeys(HANGS, 0.008)))
    _campaign, account, faults = send(server, count)
    waited = waits_of(server)
    counted(recipients=count, **account.table(), **faults, longest_wait=f"{max(waited, default=0):.2f}", bound=PATIENCE)
    assert (account.lost, account.doubled, account.unsaid) == ([], 0, [])
    assert len(waited) == sum(count for kind, count in faults.items() if kind in HANGS)
    assert max(waited) < PATIENCE + 1.5  # the engine, too, shares a machine with other tests


def waits_of(server: Server) -> list[float]:
    """How long each silence of the server was borne until the line was left."""
    silent: dict[int, float] = {}
    waited = []
    for one in server.seen():
        if one.what.startswith("hang"):
            silent[one.line] = one.at
        elif one.what == "closed":
            waited.append(one.at - silent[one.line])
    return waited
