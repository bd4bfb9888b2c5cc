"""Several mail servers: shared by weight, each within its limits, and whoever cannot go on holds up nobody."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from campaigns.sending.smtp import fleet, transport
from campaigns.sending.smtp.servers import servers
from campaigns.sending.smtp.standing import troubles
from campaigns.sending.smtp.transport import SmtpTransport
from config.embedded.redis import client as redis_client
from crm.transport import Message, Outcome, TransportDown, TransportRefuses
from tests.smtp import Mailbox, MailboxServer

DENIED = AuthResult(success=False, handled=False)
TWO_LINES = {"connections": 2, "connect_timeout": 5, "reply_timeout": 5, "final_timeout": 5}


class House:
    """Some mail servers, and a transport that knows them."""

    def __init__(self, settings: Any, stack: ExitStack) -> None:
        self.settings = settings
        self.stack = stack
        self.boxes: list[Mailbox] = []
        self.written: list[dict[str, Any]] = []
        self.transport: SmtpTransport | None = None

    def add(
        self, *, port: int = 0, scheme: str = "smtp", sign_in: str = "", options: Any = None, **said: Any
    ) -> Mailbox:
        """One more, with what is said of it in the setting; none where only a port is given."""
        box = Mailbox(port=port)
        if not port:
            server = MailboxServer(box, **(options or {}))
            server.start()
            self.stack.callback(server.stop, no_assert=True)
            box.connections = 0  # it began with one of its own
        self.boxes.append(box)
        self.written.append({"url": f"{scheme}://{sign_in}{box.host}:{box.port}"} | said)
        self.settings.MAIL_SERVERS = self.written
        return box

    def name(self, box: Mailbox) -> str:
        """What it is called."""
        return f"{box.host}:{box.port}"

    def send(self, messages: int | list[Message], **shares: int) -> dict[str, Outcome]:
        """What became of each recipient."""
        if self.transport is None:
            self.transport = SmtpTransport()
            self.stack.callback(self.transport.close)
        self.transport.open()
        if shares:
            self.transport.allot({f"server:{self.name(self.boxes[int(n[1:])])}": some for n, some in shares.items()})
        given = [letter(number) for number in range(messages)] if isinstance(messages, int) else messages
        return {message.recipient: outcome for message, outcome in self.transport.send(given)}

    def had(self) -> list[int]:
        """How many messages each server has."""
        return [len(box.received) for box in self.boxes]

    def rest_is_over(self, box: Mailbox) -> None:
        """As if its rest, or its being left out, were over."""
        assert self.transport
        (route,) = [route for route in self.transport.routes if route.server.port == box.port]
        route._rests_until = route._refused_until = 0.0


def letter(number: int, *, to: str = "", size: int = 100) -> Message:
    """A small message."""
    body = b"Subject: x\r\n\r\n" + (b"x" * 48 + b"\r\n") * (size // 50)
    return Message(number, "us@example.org", to or f"p{number}@example.org", body)


def verdicts(outcomes: dict[str, Outcome]) -> Counter[str]:
    """How often each."""
    return Counter(outcome.verdict.value for outcome in outcomes.values())


@pytest.fixture
def house(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """No server yet; nothing known of any, and time to get to know each before anything is sent."""
    monkeypatch.setattr(transport, "LATECOMERS", 10)
    settings.SENDING = TWO_LINES
    with redis_client() as redis, ExitStack() as stack:
        redis.flushdb()
        yield House(settings, stack)


# ── weights ──────────────────────────────────────────────────────────────────
def test_messages_are_shared_by_weight(house):
    house.add(weight=3)
    house.add(weight=1)
    assert verdicts(house.send(200)) == {"accepted": 200}
    many, few = house.had()
    assert 140 <= many <= 160
    assert few == 200 - many
    assert len({address for box in house.boxes for address in box.recipients}) == 200


def test_weights_hold_over_many_small_groups(house):
    house.add(weight=3)
    house.add(weight=1)
    for _turn in range(20):
        house.send(4)
    many, few = house.had()
    assert many + few == 80
    assert 50 <= many <= 70


def test_single_mails_are_shared_too(house):
    house.add()
    house.add()
    for number in range(20):
        house.send([letter(number)])
    assert min(house.had()) >= 5


def test_a_server_that_hardly_moves_does_not_hold_up_the_others(house, monkeypatch):
    monkeypatch.setattr(fleet, "WATCHED", 0.05)
    house.settings.SENDING = TWO_LINES | {"connections": 1}
    slow = house.add()
    house.add()
    slow.hang("message", seconds=0.3, times=0)
    assert verdicts(house.send(200)) == {"accepted": 200}
    assert house.had()[0] < 30


# ── whoever cannot go on ─────────────────────────────────────────────────────
def test_a_server_that_is_not_there_rests_and_is_tried_again(house):
    house.add(port=1)
    box = house.add()
    assert verdicts(house.send(20)) == {"accepted": 20}
    assert [(one.name, one.refuses) for one in troubles()] == [("127.0.0.1:1", False)]
    house.settings.EMAIL_PORT = box.port
    assert house.transport
    assert [lane.name for lane in house.transport.lanes()] == [f"server:{house.name(box)}"]
    back = Mailbox()
    server = MailboxServer(back)
    server.start()
    house.stack.callback(server.stop, no_assert=True)
    gone, _stands = house.transport.routes
    object.__setattr__(gone.server, "port", back.port)
    house.send(20)
    assert not back.received
    gone._rests_until = 0.0
    house.send(20)
    assert back.received
    assert troubles() == []


def test_a_server_that_dies_in_the_middle_costs_the_messages_it_had_and_no_others(house):
    dying = house.add()
    house.add()
    dying.drop("rcpt", after=10, times=0)
    found = house.send(100)
    assert verdicts(found)["accepted"] == 100 - verdicts(found)["deferred"]
    assert 1 <= verdicts(found)["deferred"] <= 2 + 3  # one for each connection that stood, and three tries
    assert {one.source for one in found.values() if one.verdict == "deferred"} == {house.name(dying)}
    house.send(100)
    assert [one.name for one in troubles()] == [house.name(dying)]
    assert verdicts(house.send(20)) == {"accepted": 20}


def test_a_server_that_falls_silent_rests_at_once(house):
    house.settings.SENDING = TWO_LINES | {"reply_timeout": 0.5}
    silent = house.add()
    house.add()
    silent.hang("rcpt", after=4, times=0)
    found = verdicts(house.send(60))
    assert found["accepted"] == 60 - found["deferred"]
    assert 1 <= found["deferred"] <= 2
    assert "no reply" in troubles()[0].why


def test_a_server_that_refuses_our_password_is_left_out_and_said(house):
    bad = house.add(sign_in="us:s3cret@", options={"auth_require_tls": False, "authenticator": lambda *_all: DENIED})
    house.add()
    assert verdicts(house.send(10)) == {"accepted": 10}
    (trouble,) = troubles()
    assert (trouble.name, trouble.refuses) == (house.name(bad), True)
    assert "user name or password" in trouble.why
    assert "s3cret" not in trouble.why
    tried = bad.connections
    house.send(10)
    assert bad.connections == tried


def test_a_server_that_refuses_our_sender_in_the_middle_is_left_out_and_its_message_goes_by_another(house):
    bad = house.add()
    house.add()
    bad.reply("mail", "550 5.7.1 You may not send as this", after=5, times=0)
    assert verdicts(house.send(40)) == {"accepted": 40}
    assert len({address for box in house.boxes for address in box.recipients}) == 40
    assert "may not send" in troubles()[0].why


def test_only_when_each_refuses_us_a_person_is_asked_and_going_on_tries_each_again(house):
    for _server in range(2):
        house.add().reply("mail", "550 5.7.1 You may not send as this", times=0)
    with pytest.raises(TransportRefuses, match="You may not send") as refused:
        house.send(10)
    assert all(house.name(box) in str(refused.value) for box in house.boxes)
    for box in house.boxes:
        box.behave()
    assert verdicts(house.send(10)) == {"accepted": 10}
    assert troubles() == []


def test_going_on_asks_anew_also_where_connections_stayed_open(house):
    boxes = [house.add(), house.add()]
    house.send(10)
    open_still = [(route, route.another()) for route in house.transport.routes]
    for box in boxes:
        box.reply("mail", "550 5.7.1 You may not send as this", times=0)
    with pytest.raises(TransportRefuses):
        house.send(10)
    for route, session in open_still:
        route.pool.give(session)
    for box in boxes:
        box.behave()
    assert verdicts(house.send(10)) == {"accepted": 10}
    assert troubles() == []


def test_one_that_refuses_and_one_that_is_down_is_no_reason_to_ask_a_person(house):
    house.add(port=1)
    house.add().reply("mail", "550 5.7.1 You may not send as this", times=0)
    with pytest.raises(TransportDown):
        house.send(10)


def test_a_server_that_greets_with_421_gets_a_rest(house):
    tired = house.add()
    house.add()
    tired.reply("connect", "421 4.3.2 Come back later", times=0)
    assert verdicts(house.send(20)) == {"accepted": 20}
    assert "wants a rest (421" in troubles()[0].why
    before = tired.connections
    tired.behave()
    house.send(20)
    assert tired.connections == before
    house.rest_is_over(tired)
    house.send(20)
    assert tired.received


@pytest.mark.parametrize("phase", ["mail", "rcpt", "message"])
def test_a_server_that_says_421_in_the_middle_gets_a_rest(house, phase):
    tired = house.add()
    house.add()
    tired.reply(phase, "421 4.3.2 Shutting down", after=6, times=0)
    found = verdicts(house.send(60))
    assert found["accepted"] == 60 - found["deferred"]
    assert 1 <= found["deferred"] <= 2
    assert "421 4.3.2 Shutting down" in troubles()[0].why


def test_nobody_is_asked_again_while_all_of_them_rest(house):
    for _server in range(2):
        house.add().reply("connect", "421 4.3.2 Come back later", times=0)
    with pytest.raises(TransportDown, match="421"):
        house.send(1)
    before = [box.connections for box in house.boxes]
    with pytest.raises(TransportDown, match="421"):
        house.send(1)
    assert [box.connections for box in house.boxes] == before


# ── what not every server takes ──────────────────────────────────────────────
def test_a_large_message_goes_to_a_server_that_takes_it(house):
    house.add(options={"data_size_limit": 1000})
    house.add(options={"data_size_limit": 5000})
    messages = [letter(number, size=3000 if number % 2 else 100) for number in range(40)]
    assert verdicts(house.send(messages)) == {"accepted": 40}
    small, large = house.boxes
    assert max(len(mail.raw) for mail in small.received) < 1000
    assert set(large.recipients) >= {f"p{number}@example.org" for number in range(1, 40, 2)}


def test_a_message_that_none_takes_fails_and_says_why(house):
    house.add(options={"data_size_limit": 1000})
    house.add(options={"data_size_limit": 5000})
    found = house.send([letter(1, size=9000), letter(2)])
    assert found["p1@example.org"].verdict == "failed"
    assert found["p1@example.org"].reply == "larger than any of the mail servers takes it (5000 bytes)"
    assert found["p2@example.org"].verdict == "accepted"


def test_an_address_outside_ascii_goes_to_a_server_that_takes_it(house):
    house.add(options={"enable_SMTPUTF8": False})
    able = house.add()
    assert verdicts(house.send([letter(number, to=f"ñ{number}@example.org") for number in range(10)])) == {
        "accepted": 10
    }
    assert len(able.received) == 10


def test_an_address_outside_ascii_that_none_takes_fails_and_says_why(house):
    for _server in range(2):
        house.add(options={"enable_SMTPUTF8": False})
    found = house.send([letter(1, to="ñ@example.org"), letter(2)])
    assert found["ñ@example.org"].verdict == "failed"
    assert "letters outside ASCII" in found["ñ@example.org"].reply
    assert found["p2@example.org"].verdict == "accepted"


def test_what_nobody_allotted_leaves_at_once_by_the_only_server_that_takes_it_though_its_rate_is_used_up(house):
    house.add(options={"enable_SMTPUTF8": False})
    able = house.add(rate="6/min")
    house.send(10)
    assert len(able.received) <= 1
    assert verdicts(house.send([letter(number, to=f"ñ{number}@example.org") for number in range(3)] + [letter(9)])) == {
        "accepted": 4
    }
    assert able.recipients[-3:] == [f"ñ{number}@example.org" for number in range(3)]


def test_a_message_waits_for_the_only_server_that_takes_it(house):
    house.add(options={"enable_SMTPUTF8": False})
    able = house.add()
    house.send(4)
    able.reply("mail", "421 4.3.2 Shutting down", times=0)
    house.send(20)
    found = house.send([letter(1, to="ñ@example.org"), letter(2)])
    assert found["ñ@example.org"].verdict == "deferred"
    assert house.name(able) in found["ñ@example.org"].reply
    assert found["p2@example.org"].verdict == "accepted"


# ── limits ───────────────────────────────────────────────────────────────────
def test_each_server_has_its_own_limit_of_connections(house):
    one, few = house.add(connections=1), house.add(connections=3)
    for box in house.boxes:
        box.hang("message", seconds=0.02, times=0)
    house.send(80)
    assert one.connections == 1
    assert 2 <= few.connections <= 3


def test_each_server_has_its_own_limit_of_messages_for_a_connection(house):
    house.settings.SENDING = TWO_LINES | {"connections": 1}
    short, long = house.add(messages_per_connection=10), house.add()
    house.send(80)
    assert long.connections == 1
    assert short.connections in range(len(short.received) // 10, len(short.received) // 10 + 3)


def test_a_server_carries_no_more_than_its_rate_leaves_it(house):
    house.add(rate="5/s")
    house.add()
    found = house.send(40, s0=5, s1=35)
    assert verdicts(found) == {"accepted": 40}
    assert house.had()[0] <= 5


def test_what_no_rate_leaves_room_for_stays_here(house):
    for _server in range(2):
        house.add(rate="5/s")
    found = house.send(40, s0=4, s1=6)
    assert sorted(house.had()) == [4, 6]
    assert len(found) == 10


def test_each_is_named_by_its_host_and_by_its_port_where_that_is_not_enough(settings):
    settings.MAIL_SERVERS = [{"url": "smtp://mx1.example.org"}, {"url": "smtp+tls://mx2.example.org"}]
    assert [(one.name, one.port, one.starttls) for one in servers()] == [
        ("mx1.example.org", 25, False), ("mx2.example.org", 587, True),
    ]  # fmt: skip
    settings.MAIL_SERVERS = [{"url": "smtp://mx.example.org:25"}, {"url": "smtp+ssl://mx.example.org"}]
    assert [one.name for one in servers()] == ["mx.example.org:25", "mx.example.org:465"]
