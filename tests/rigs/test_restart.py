"""A room with a long past is ready soon after a restart."""

import gc
import time
from pathlib import Path

from protocols.messages import By, Record, Role
from rooms.activities.chat import ChatSent
from rooms.activity import Proposed
from rooms.room import Room
from server.hosting.archive import Snapshot
from server.hosting.host import SNAPSHOT_EVERY
from tests.server.house import House, house
from tests.server.records import batch

EVENTS = 100_000
BATCH = 200


async def long_past(at: House) -> Room:
    """A room with so many messages, of which the last have come after its last snapshot."""
    await at.room()
    room = Room("r")
    for record in await at.log():
        room.apply(record)
    head = await at.broker.head("r")
    assert head is not None
    while room.seq < EVENTS:
        records: list[Record] = []
        for n in range(BATCH):
            by = By(f"p{(room.seq + n) % 1000}", "Somebody", Role.ATTENDEE, guest=True)
            said = Proposed(ChatSent(f"m{room.seq}", "As long as messages usually are, or so."))
            # Spread over four hours: the last ten minutes hold some four thousand commands.
            digest = room.seq.to_bytes(32)
            records += room.record([said], by=by, at=room.at + 144, command=digest)
            room.apply(records[-1])
        head = await at.broker.publish(batch("r", head, records, term=9))
        if EVENTS - SNAPSHOT_EVERY <= room.seq < EVENTS - SNAPSHOT_EVERY + BATCH:
            await at.archive.save(Snapshot("r", head.epoch, room.seq, room.at, room.dump()))
    return room


async def test_a_room_of_100_000_events_is_ready_in_a_second(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        room = await long_past(at)
        at.time.pass_ms(EVENTS * 144)
        took = []
        for _ in range(3):
            await at.restart()
            gc.collect()
            start = time.process_time()
            host = await at.directory.open("r")
            took.append(time.process_time() - start)
            assert host.live.room.dump() == room.dump()
        # Time of this process, not of the wall: others may be at work on this machine.
        assert min(took) <= 1.0, took
