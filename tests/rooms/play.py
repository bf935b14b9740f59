"""A room played by hand: a clock that is set, ids that count, and the log as the store would keep it."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from protocols.limits import DAY_MS
from protocols.messages import Audience, By, Command, Record, Role
from rooms.activities.room import RoomRetire
from rooms.activity import ROOM, Context
from rooms.registry import REGISTRY, Registry
from rooms.room import Room

HOST = By("user-host", "¤Lin", Role.HOST)
MODERATOR = By("user-mod", "¤Mo", Role.MODERATOR)
ANN = By("user-ann", "¤Ann", Role.ATTENDEE)
BEN = By("user-ben", "¤Ben", Role.ATTENDEE, guest=True)
WALL = By("user-wall", "¤Wall", Role.WALL)
BOT = By("user-bot", "¤Bot", Role.BOT)
STREAM_SITES = ("https://live.example", "https://*.cdn.example")


class Play:
    """``do`` gives a command and returns its records; ``log`` holds stubs where something was erased."""

    def __init__(self, registry: Registry = REGISTRY, *, created: bool = True) -> None:
        self.registry = registry
        self.room = Room("r1", registry)
        self.log: list[Record] = []
        self.now = 1_000_000
        self._ids = count(1)
        if created:
            self.do(HOST, "room.create", title="Show")

    def new_id(self) -> str:
        return f"id-{next(self._ids)}"

    def do(
        self,
        who: By,
        word: str,
        /,
        *,
        bound: bool = False,
        signed_up: bool = False,
        vouched: bool = False,
        **fields: Any,
    ) -> list[Record]:
        """After what was due, as a host does."""
        self.elapse()
        command = self.registry.command(word, {"id": "c1", "room": "r1"} | fields)
        context = Context(
            who,
            self.now,
            self.new_id,
            bound=bound,
            signed_up=signed_up,
            vouched=vouched,
            stream_sites=STREAM_SITES,
        )
        return self._decide(command, context)

    def retire(self, before: int | None = None) -> list[Record]:
        """What is too old by the room's settings goes, as the store asks for it."""
        self.elapse()
        if before is None:
            before = self.now - self.room.settings.retention_days * DAY_MS
        upto = max((record.seq for record in self.log if record.at < before), default=0)
        command = RoomRetire(id="c1", room="r1", before=before, upto=upto)
        return self._decide(command, Context(ROOM, self.now, self.new_id))

    def _decide(self, command: Command, context: Context) -> list[Record]:
        by = self.room.speaker(command, context.by)
        proposed = self.room.decide(command, context)
        records = self.room.record(proposed, by=None if by == ROOM else by, at=self.now, command=b"digest")
        return self._take(records)

    def elapse(self) -> list[Record]:
        records: list[Record] = []
        while (due := self.room.due()) is not None and due <= self.now:
            proposed = self.room.elapse(Context(ROOM, due, self.new_id))
            records += self._take(self.room.record(proposed, by=None, at=due))
        return records

    def wait(self, ms: int) -> list[Record]:
        self.now += ms
        return self.elapse()

    def view(self, activity: str, audience: Audience = Audience.EVERYONE) -> dict[str, Any]:
        view: dict[str, Any] = self.room.view(audience)[activity]
        return view

    def replayed(self, start: Room | None = None) -> Room:
        """The room as made from the log with its stubs, from the beginning or on top of a snapshot."""
        room = start or Room("r1", self.registry)
        for record in self.log[room.seq :]:
            room.apply(record)
        return room

    def _take(self, records: Sequence[Record]) -> list[Record]:
        for record in records:
            self.room.apply(record)
            self.log.append(record)
            for seq in record.erases:
                self.log[seq - 1] = self.log[seq - 1].stub(record.pseudonym)
        return list(records)


def types(records: Sequence[Record]) -> list[str]:
    return [record.type for record in records]
