import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from protocols.engineio import (
    MAX_PACKETS,
    Beat,
    Message,
    Poll,
    Session,
    Settings,
    decode_payload,
    encode_payload,
)
from protocols.faults import BadPacket, OutOfTurn, ProtocolError, TooLarge

SETTINGS = Settings(ping_interval=300, ping_timeout=200, max_payload=1000)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1e"))
PACKETS = st.one_of(
    st.tuples(st.sampled_from("0123456"), TEXTS).map("".join),
    st.binary(),
)


def polling() -> Session:
    return Session("n1.abc", "polling", SETTINGS, now=0)


def websocket() -> Session:
    return Session("n1.abc", "websocket", SETTINGS, now=0)


# Payloads


@given(st.lists(PACKETS, min_size=1, max_size=20))
def test_payload_is_read_as_written(packets: list[Message]) -> None:
    assert decode_payload(encode_payload(packets)) == packets


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_body_is_packets_or_a_fault(body: bytes) -> None:
    try:
        packets = decode_payload(body)
    except ProtocolError:
        return
    assert decode_payload(encode_payload(packets)) == packets


@pytest.mark.parametrize(
    "body", [b"", b"abc", b"4a\x1e", b"\x1e4a", b"7", b"b!!!!", b"bAQI", b"bAQ=I", b"4\xff", b"B4a"]
)
def test_bad_body(body: bytes) -> None:
    with pytest.raises(BadPacket):
        decode_payload(body)


def test_too_many_packets() -> None:
    with pytest.raises(TooLarge):
        decode_payload(b"\x1e".join([b"3"] * (MAX_PACKETS + 1)))


# The open packet


def test_handshake_has_exactly_these_keys() -> None:
    assert json.loads(polling().handshake()[1:]) == {
        "sid": "n1.abc",
        "upgrades": ["websocket"],
        "pingInterval": 300,
        "pingTimeout": 200,
        "maxPayload": 1000,
    }
    assert json.loads(websocket().handshake()[1:])["upgrades"] == []


# Packets


def test_messages_pass() -> None:
    session = websocket()

    assert session.receive("4hello", now=1) == "hello"
    assert session.receive("4", now=1) == ""
    assert session.receive(b"\x01", now=1) == b"\x01"


@pytest.mark.parametrize("packet", ["", "abc", "7", "0", "0{}", "2", "2probe", "5", "6", "3probe", "1x", "33"])
def test_packet_that_a_client_does_not_send(packet: str) -> None:
    with pytest.raises((BadPacket, OutOfTurn)):
        websocket().receive(packet, now=1)


def test_close_packet_ends_the_session() -> None:
    session = websocket()

    assert session.receive("1", now=1) is None
    assert session.closed
    assert session.due is None
    with pytest.raises(OutOfTurn):
        session.receive("4late", now=1)


# The heartbeat


def test_ping_then_pong_then_ping() -> None:
    session = websocket()

    assert session.tick(299) is Beat.NOTHING
    assert session.tick(300) is Beat.PING
    assert session.tick(301) is Beat.NOTHING
    session.receive("3", now=350)
    assert session.due == 600
    assert session.tick(600) is Beat.PING


def test_no_pong_in_time() -> None:
    session = websocket()
    session.tick(305)

    assert session.tick(499) is Beat.NOTHING
    assert session.tick(500) is Beat.TIMEOUT


def test_messages_are_no_pong() -> None:
    session = websocket()
    session.tick(300)
    session.receive("4hello", now=499)

    assert session.tick(500) is Beat.TIMEOUT


def test_pong_that_nobody_asked_for_buys_no_time() -> None:
    session = websocket()
    session.receive("3", now=299)

    assert session.tick(300) is Beat.PING


def test_peer_is_asked_before_it_is_given_up() -> None:
    # The process may have been asleep: then it is not the peer that was silent.
    session = websocket()

    assert session.tick(90_000) is Beat.PING
    assert session.due == 90_200


def test_suspended_heartbeat_kills_nobody() -> None:
    session = websocket()
    session.tick(300)
    session.suspend()

    assert session.tick(10_000) is Beat.NOTHING
    session.resume(now=10_000)
    assert session.tick(10_199) is Beat.NOTHING
    assert session.tick(10_200) is Beat.TIMEOUT


# Polling and upgrade


def test_poll_takes_what_waits_else_waits() -> None:
    session = polling()

    assert session.start_poll(waiting=2) is None
    assert session.start_poll(waiting=0) is Poll.WAIT
    session.end_poll()
    assert session.start_poll(waiting=0) is Poll.WAIT


def test_second_poll() -> None:
    session = polling()
    session.start_poll(waiting=0)

    with pytest.raises(OutOfTurn):
        session.start_poll(waiting=0)


def test_upgrade() -> None:
    session = polling()
    assert session.start_probe()
    assert not session.start_probe()
    assert session.start_poll(waiting=0) is Poll.WAIT
    session.end_poll()

    assert session.receive_probe("2probe") == b"3probe"
    assert session.start_poll(waiting=0) is Poll.NOOP
    assert session.start_poll(waiting=1) is None
    assert session.receive_probe("5") is None

    assert session.transport == "websocket"
    assert not session.start_probe()
    with pytest.raises(OutOfTurn):
        session.start_poll(waiting=0)


@pytest.mark.parametrize("packet", ["5", "2", "3probe", "4hello", "", b"\x01"])
def test_packet_that_is_not_of_an_upgrade(packet: Message) -> None:
    session = polling()
    session.start_probe()

    with pytest.raises(OutOfTurn):
        session.receive_probe(packet)


def test_upgrade_given_up_can_be_tried_again() -> None:
    session = polling()
    session.start_probe()
    session.receive_probe("2probe")
    session.end_probe()

    assert session.start_poll(waiting=0) is Poll.WAIT
    assert session.start_probe()


class AnyOrder(RuleBasedStateMachine):
    """Whatever comes in whatever order: own faults only, and the session stays in one piece."""

    def __init__(self) -> None:
        super().__init__()
        self.session = polling()
        self.now = 0

    @rule(packet=st.text(max_size=8) | st.binary(max_size=4) | st.sampled_from(["1", "3", "4a", "2probe", "5"]))
    def receive(self, packet: Message) -> None:
        try:
            self.session.receive(packet, now=self.now)
        except ProtocolError:
            self.session.close()

    @rule(packet=st.sampled_from(["2probe", "5", "4a", "x"]))
    def probe(self, packet: str) -> None:
        self.session.start_probe()
        try:
            self.session.receive_probe(packet)
        except ProtocolError:
            self.session.end_probe()

    @rule(waiting=st.integers(0, 2))
    def poll(self, waiting: int) -> None:
        try:
            self.session.start_poll(waiting=waiting)
        except ProtocolError:
            self.session.end_poll()

    @rule(passed=st.integers(0, 700))
    def wait(self, passed: int) -> None:
        self.now += passed
        if self.session.tick(self.now) is Beat.TIMEOUT:
            self.session.close()

    @rule()
    def pause(self) -> None:
        if not self.session.closed:
            self.session.suspend()
            self.session.resume(now=self.now)

    @invariant()
    def due_lies_ahead_unless_it_is_over(self) -> None:
        assert (self.session.due is None) == self.session.closed
        assert self.session.due is None or self.session.due <= self.now + 300


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
