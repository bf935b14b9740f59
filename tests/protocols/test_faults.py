from protocols.closing import Closing
from protocols.faults import BadJson, BadPacket, OutOfTurn, ProtocolError, TooLarge


def test_each_fault_says_how_the_connection_ends() -> None:
    assert {fault: fault.closing for fault in (BadPacket, BadJson, OutOfTurn, TooLarge)} == {
        BadPacket: Closing.BAD_PACKET,
        BadJson: Closing.BAD_PACKET,
        OutOfTurn: Closing.BAD_PACKET,
        TooLarge: Closing.TOO_LARGE,
    }


def test_one_tree() -> None:
    assert all(issubclass(fault, ProtocolError) for fault in (BadPacket, BadJson, OutOfTurn, TooLarge))
