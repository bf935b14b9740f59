"""Why a connection is closed, and whether the client should come back."""

from __future__ import annotations

from enum import Enum


class Closing(Enum):
    """One reason to close; its value is the word on the wire and in the metrics.

    `code` is the WebSocket close code: 4000–4499 ask the client to come back, 4500–4999 tell it not to.
    `come_back` decides the packet: a closed transport makes a stock client return, a Socket.IO
    disconnect (41) or connect error (44) ends it for good.
    """

    code: int
    come_back: bool
    message: str

    # The peer, or the network, ended it.
    TRANSPORT_CLOSED = ("transport_closed", 1000, True, "The transport was closed.")
    TRANSPORT_ERROR = ("transport_error", 4001, True, "The transport failed.")
    CLIENT_LEFT = ("client_left", 1000, True, "The client left.")
    PING_TIMEOUT = ("ping_timeout", 4002, True, "No answer to a ping.")
    CONNECT_TIMEOUT = ("connect_timeout", 4003, True, "No CONNECT in time.")
    # The server needs the client elsewhere, or later.
    SLOW_CONSUMER = ("slow_consumer", 4004, True, "Reads more slowly than the room speaks.")
    DRAINING = ("draining", 4005, True, "This node is going away.")
    STALE = ("stale", 4006, True, "What the client holds must be read anew.")
    INTERNAL_ERROR = ("internal_error", 4007, True, "Something failed here.")
    # The peer broke a rule; coming back and keeping it is welcome.
    BAD_PACKET = ("bad_packet", 4008, True, "A packet that is not allowed.")
    TOO_LARGE = ("too_large", 4009, True, "A packet over the size limit.")
    FLOOD = ("flood", 4010, True, "Far more than the rate limits allow.")
    # Coming back as the same person would end the same way.
    KICKED = ("kicked", 4501, False, "Removed by a host.")
    BANNED = ("banned", 4502, False, "Banned from this room.")
    EXPIRED = ("expired", 4503, False, "The token is no longer valid.")

    def __new__(cls, word: str, code: int, come_back: bool, message: str) -> Closing:  # noqa: FBT001
        member = object.__new__(cls)
        member._value_ = word
        member.code = code
        member.come_back = come_back
        member.message = message
        return member
