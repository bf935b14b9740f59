"""What can be wrong with bytes from a peer.

ProtocolError
├── BadPacket     not a packet of the protocol
│   └── BadJson   JSON that is refused: see strict_json
├── OutOfTurn     a packet in itself, but not now
└── TooLarge      over a limit
"""

from __future__ import annotations

from protocols.closing import Closing


class ProtocolError(Exception):
    """The peer broke the protocol; its connection is closed for `closing`."""

    closing = Closing.BAD_PACKET


class BadPacket(ProtocolError):
    """Not a packet of the protocol."""


class BadJson(BadPacket):
    """JSON that is broken, or that not every peer reads in the same way."""


class OutOfTurn(ProtocolError):
    """A packet that is not allowed in this state."""


class TooLarge(ProtocolError):
    """Over a size or a count."""

    closing = Closing.TOO_LARGE
