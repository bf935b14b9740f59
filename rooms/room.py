"""A room: decides on commands, takes in records, shows its state. No clock, no luck, no I/O."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Self, cast

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS
from protocols.messages import PSEUDONYM, STAFF, Audience, By, Command, Record, Role
from rooms.activities.order import Order
from rooms.activities.people import People, PersonUnlisted
from rooms.activities.room import (
    Lifecycle,
    PersonErase,
    PersonErased,
    RoomClear,
    RoomCleared,
    RoomClose,
    RoomCreate,
    RoomRehearsalStarted,
    RoomRehearse,
    RoomRetire,
    RoomRetired,
    Status,
)
from rooms.activities.stage import Stage
from rooms.activities.words import Words
from rooms.activity import ROOM, Activity, Context, Proposed, Tick, Work
from rooms.poll_events import PollRedrafted
from rooms.registry import REGISTRY, Registry
from rooms.roles import permit, speaker
from rooms.settings import RoomSettings

SNAPSHOT_VERSION: Final = 1


class Room:
    """The state of one room and its rules.

    Whoever holds it decides on a command, makes records of what was proposed, stores them and applies them:
    ``decide`` and ``record`` change nothing, ``apply`` is the only way in.

    ``seq``     the last record taken in, ``at`` its time, ``told`` the last seq that (everyone, hosts) were told of
    ``people``  who is banned from it, and who has another role here than their token says
    """

    def __init__(self, room_id: str, registry: Registry = REGISTRY) -> None:
        self.id = room_id
        self.registry = registry
        self.seq = 0
        self.at = 0
        self.told = (0, 0)
        self.activities: dict[str, Activity] = {activity.name: activity() for activity in registry.activities}
        self._homes = {word: self.activities[name] for word, name in registry.homes.items()}
        self._life = cast(Lifecycle, self.activities[Lifecycle.name])
        self.people = cast(People, self.activities[People.name])
        self._order = cast(Order, self.activities[Order.name])
        self._words = cast(Words, self.activities[Words.name])
        self._stage = cast(Stage, self.activities[Stage.name])
        self._authored: dict[str, array[int]] = {}

    @property
    def settings(self) -> RoomSettings:
        """What its hosts have set."""
        return self._life.settings

    @property
    def status(self) -> Status:
        """Open, or closed: attendees may only read."""
        return self._life.status

    @property
    def title(self) -> str:
        """What it is called."""
        return self._life.title

    @property
    def shop(self) -> str | None:
        """The shop that it belongs to; None: the house."""
        return self._life.shop

    @property
    def created_at(self) -> int:
        """When it was made; 0 before that."""
        return self._life.created_at

    @property
    def rehearses(self) -> bool:
        """Whether what happens now will be cleared."""
        return self._life.rehearses_since > 0

    @property
    def cleared_at(self) -> int:
        """The record that cleared the last rehearsal; what is before it only prepared the room. 0 if none did."""
        return self._life.cleared_at

    @property
    def created(self) -> bool:
        """Whether its first record, room.created, was taken in."""
        return self._life.created

    def speaker(self, command: Command, by: By) -> By:
        """Whose command it is, as the room knows them now: ``rooms.roles.speaker``, the role that they have here, and
        their shop if it takes part.

        Raises Refused: forbidden, banned.
        """
        if by == ROOM:
            return by
        by = self.people.heard(speaker(command, self.people.heard(by)))
        return by if by.shop is None else replace(by, shop=self.settings.known_shop(by.shop))

    def decide(self, command: Command, context: Context) -> list[Proposed]:
        """The events that follow from the command; raises Refused."""
        by = self.speaker(command, context.by)
        permit(command, by)
        home = self._life if isinstance(command, RoomRetire) else self._homes.get(command.type)
        if home is None:
            raise Refused(Code.UNKNOWN_COMMAND)
        life = self._life
        if not life.created and not isinstance(command, RoomCreate):
            raise Refused(Code.NOT_FOUND, "There is no such room.")
        if isinstance(command, RoomRetire):
            return self._retirement(command, context)
        if life.status == "closed" and by.role not in STAFF:
            raise Refused(Code.CLOSED, "The room is closed.")
        match command:
            case PersonErase():
                return self._erasure(command, context)
            case RoomRehearse():
                return self._rehearsal()
            case RoomClear():
                return self._clearing(context)
        suspect = self._heeded(command, by, context)
        inner = replace(
            context,
            by=by,
            suspect=suspect,
            settings=life.settings,
            partakers=self.partakers,
            attends=self._attends,
            work=self.work,
            on_wall=self.on_wall,
        )
        proposed = list(home.decide(command, inner))
        if isinstance(command, RoomClose):
            # First, so that the room's closing is the last word and its position the answer.
            ended = [each for activity in self.activities.values() for each in activity.wind_up(inner)]
            return ended + proposed
        return proposed

    def _heeded(self, command: Command, by: By, context: Context) -> bool:
        """Whether staff should see first what is said. Raises Refused: muted, closed, words."""
        if not command.writes or by.role in STAFF:
            return False
        self.people.hear_out(by, context.at)
        self._order.hear_out(command)
        settings = self.settings
        found = self._words.fault(by.name, command.said(), common=settings.filter_common)
        if found is not None and not (settings.filter_holds and command.waits):
            raise Refused(Code.WORDS, found)
        if context.suspect and not command.waits:
            raise Refused(Code.WORDS)
        return found is not None or context.suspect

    def due(self) -> int | None:
        """The room time of the next deadline, or None. Call ``elapse`` with ``context.at`` equal to it."""
        return min((due for each in self.activities.values() if (due := each.due()) is not None), default=None)

    def elapse(self, context: Context) -> list[Proposed]:
        """The events whose deadline is not after ``context.at``; record them with ``by`` None, at the deadline."""
        return [proposed for each in self.activities.values() for proposed in each.elapse(context)]

    def record(
        self, proposed: Sequence[Proposed], *, by: By | None, at: int, command: bytes | None = None
    ) -> list[Record]:
        """Give what was proposed its places after the last record, without taking it in.

        ``by`` is ``speaker(command, sender)``; ``command`` is the digest that the last record bears.
        """
        seq, (everyone, hosts) = self.seq, self.told
        at = max(at, self.at)
        last = seq + len(proposed)
        records: list[Record] = []
        for each in proposed:
            seq += 1
            event, audience = each.event, each.audience
            records.append(
                Record(
                    seq,
                    at,
                    event.type,
                    event.version,
                    audience,
                    None if each.by == ROOM else each.by or by,
                    event,
                    (everyone, hosts),
                    command if seq == last else None,
                    each.erases,
                )
            )
            if audience is Audience.EVERYONE:
                everyone = hosts = seq
            elif audience is Audience.HOSTS:
                hosts = seq
        return records

    def apply(self, record: Record) -> None:
        """Take in the next record. Only a record out of its place is refused: ValueError."""
        if record.seq != self.seq + 1:
            raise ValueError(f"record {record.seq} does not follow {self.seq}")
        self.seq, self.at = record.seq, record.at
        if record.audience is Audience.EVERYONE:
            self.told = (record.seq, record.seq)
        elif record.audience is Audience.HOSTS:
            self.told = (self.told[0], record.seq)
        by = record.by
        if by is not None and record.data is not None and not by.id.startswith(PSEUDONYM):
            authored = self._authored.get(by.id)
            if authored is None:
                self._authored[by.id] = array("Q", (record.seq,))
            else:
                authored.append(record.seq)
        if isinstance(record.data, RoomRetired):
            self._retire(record.data.before, record.data.upto, record.erases)
        elif isinstance(record.data, RoomCleared):
            self._clear(record.data.names, record.erases)
        elif record.erases:
            self._erase(record)
        home = self._homes.get(record.type)
        if home is not None:
            home.apply(record)
        if isinstance(record.data, PollRedrafted):
            self._follow({record.data.was: record.data.poll})
        self._stage.settle(self.on_wall)

    def _follow(self, names: Mapping[str, str]) -> None:
        for each in self.activities.values():
            each.follow(names)

    def view(self, audience: Audience) -> dict[str, Any]:
        """The state as everyone, or as hosts, may see it: activity name -> its view."""
        return {name: each.view(audience) for name, each in self.activities.items()}

    def mine(self, user: str) -> dict[str, Any]:
        """What concerns this person alone: activity name -> what it has for them."""
        return {name: mine for name, each in self.activities.items() if (mine := each.mine(user)) is not None}

    def ticks(self, audience: Audience) -> list[Tick]:
        """Volatile state worth telling this audience now."""
        return [tick for each in self.activities.values() for tick in each.ticks(audience)]

    def seqs_of(self, user: str) -> tuple[int, ...]:
        """The seqs of the records that hold this person's name or words, whoever wrote them."""
        return tuple(sorted((*self._authored.get(user, ()), *self._about(user))))

    def partakers(self, thing: str) -> list[By] | None:
        """Who took part in something, of those who are attendees here; None if no activity knows it."""
        found = (people for each in self.activities.values() if (people := each.partakers(thing)) is not None)
        people = next(found, None)
        return None if people is None else [by for by in people if self._attends(by)]

    def work(self, thing: str) -> Work | None:
        """What is known of something that a person made; None if no activity knows it."""
        return next((work for each in self.activities.values() if (work := each.work(thing)) is not None), None)

    def on_wall(self, scene: str, thing: str | None) -> bool:
        """Whether a scene of the wall has this thing, or with None any, to show to everyone."""
        return any(each.scene == scene and each.on_wall(thing) for each in self.activities.values())

    def _attends(self, by: By) -> bool:
        if by.id.startswith(PSEUDONYM):
            return False
        try:
            return self.people.heard(by).role is Role.ATTENDEE
        except Refused:
            return False

    def _about(self, user: str) -> tuple[int, ...]:
        return tuple(seq for each in self.activities.values() for seq in each.about(user))

    def dump(self) -> dict[str, Any]:
        """The whole state as plain values."""
        return {
            "version": SNAPSHOT_VERSION,
            "seq": self.seq,
            "at": self.at,
            "told": list(self.told),
            "authored": {user: seqs.tolist() for user, seqs in self._authored.items()},
            "activities": {name: each.dump() for name, each in self.activities.items()},
        }

    @classmethod
    def load(cls, room_id: str, state: dict[str, Any], registry: Registry = REGISTRY) -> Self:
        """The room that ``dump`` described; ValueError for another version: replay the log instead."""
        if state.get("version") != SNAPSHOT_VERSION:
            raise ValueError("the snapshot is of another version")
        if not state["activities"].keys() <= {each.name for each in registry.activities}:
            raise ValueError("the snapshot holds an activity that this software does not know")
        room = cls(room_id, registry)
        room.seq, room.at = state["seq"], state["at"]
        room.told = (state["told"][0], state["told"][1])
        room._authored = {user: array("Q", seqs) for user, seqs in state["authored"].items()}
        for name, dumped in state["activities"].items():
            room.activities[name].load(dumped)
        return room

    def _erasure(self, command: PersonErase, context: Context) -> list[Proposed]:
        user = command.user
        about, authored = self._about(user), tuple(self._authored.get(user, ()))
        if not about and not authored:
            return []
        # Two steps, for what others said of them may not bear their pseudonym. The first is the room's own: a host
        # who erases themselves must not sign it.
        unlisted = [Proposed(PersonUnlisted(), Audience.HOSTS, erases=about, by=ROOM)] if about else []
        return [*unlisted, Proposed(PersonErased(PSEUDONYM + context.new_id()), erases=authored)]

    def _retirement(self, command: RoomRetire, context: Context) -> list[Proposed]:
        before, days = command.before, self.settings.retention_days
        if context.by != ROOM:
            raise Refused(Code.FORBIDDEN)
        if not days or before > context.at - days * DAY_MS or command.upto > self.seq:
            raise Refused(Code.CONFLICT, "The room keeps this longer.")
        state = self.dump()
        copy = Room.load(self.id, state, self.registry)
        held = copy._retire(before, command.upto)
        if copy.dump() == state:
            return []
        return [Proposed(RoomRetired(before, command.upto), erases=tuple(sorted(held)))]

    def _retire(self, before: int, upto: int, erased: Sequence[int] = ()) -> set[int]:
        """The seqs of the records that hold the words of what is gone."""
        self.people.unlist(erased)
        held = {seq for each in self.activities.values() for seq in each.retire(before)} | set(erased)
        for user, seqs in list(self._authored.items()):
            # Whoever still has something here, as a ballot in an open poll, is found by their records alone.
            oldest = 0 if any(each.outlasts(user) for each in self.activities.values()) else upto
            self._keep(user, [seq for seq in seqs if seq > oldest and seq not in held])
        return held

    def _rehearsal(self) -> list[Proposed]:
        if self._life.rehearses_since:
            return []
        if any(map(self._was_used, self.activities.values())):
            raise Refused(Code.CONFLICT, "Somebody has said or done something here already.")
        return [Proposed(RoomRehearsalStarted())]

    def _was_used(self, activity: Activity) -> bool:
        """Whether clearing it would take away what others than its staff can have done."""
        of_staff = not any(Role.ATTENDEE in command.roles for command in activity.commands)
        # Whoever staff notes has come all the same.
        if of_staff and not any(event.own for event in activity.events):
            return False
        copy, state = type(activity)(), activity.dump()
        copy.load(state)
        copy.clear({})
        return any(activity.begun()) or copy.dump() != state

    def _clearing(self, context: Context) -> list[Proposed]:
        since = self._life.rehearses_since
        if not since:
            raise Refused(Code.CONFLICT, "This is no rehearsal.")
        names = {thing: context.new_id() for each in self.activities.values() for thing in each.begun()}
        decided = self.people.decided(since)
        gone = tuple(seq for seq in range(since + 1, self.seq + 1) if seq not in decided)
        return [Proposed(RoomCleared(names), erases=gone)]

    def _clear(self, names: Mapping[str, str], gone: Sequence[int]) -> None:
        self._disown(set(gone))
        self.people.unlist(gone)
        for each in self.activities.values():
            each.clear(names)
        self._follow(names)

    def _keep(self, user: str, seqs: Sequence[int]) -> None:
        if seqs:
            self._authored[user] = array("Q", seqs)
        else:
            del self._authored[user]

    def _erase(self, record: Record) -> None:
        # The log must not name whom it forgot; a room that saw them finds out by the seqs. In a replay the records were
        # stubs already, nobody is found, and nothing is left to forget. Under a pseudonym all are one person's.
        if record.pseudonym is None and len(record.erases) > 1:
            # Of several authors: what they said of one person, or the contacts of a gift that is removed.
            self._disown(set(record.erases))
            return
        author = self._author_of(record.erases)
        if author is None:
            return
        if record.pseudonym is not None:
            for each in self.activities.values():
                each.erase(author, record.pseudonym)
        gone = set(record.erases)
        self._keep(author, [seq for seq in self._authored[author] if seq not in gone])

    def _disown(self, gone: set[int]) -> None:
        for user, seqs in list(self._authored.items()):
            if not gone.isdisjoint(seqs):
                self._keep(user, [seq for seq in seqs if seq not in gone])

    def _author_of(self, gone: Sequence[int]) -> str | None:
        if len(gone) == 1:
            return next((user for user, seqs in self._authored.items() if _holds(seqs, gone[0])), None)
        # On top of an older snapshot any of them may be the one that it knows.
        among = set(gone)
        return next((user for user, seqs in self._authored.items() if not among.isdisjoint(seqs)), None)


def _holds(seqs: array[int], seq: int) -> bool:
    place = bisect_left(seqs, seq)
    return place < len(seqs) and seqs[place] == seq
