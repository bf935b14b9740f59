"""Stream: the live picture that is shown on top of the room. The room holds its address; browsers fetch it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Audience, Command, Lasting, Record
from protocols.text import Title
from rooms.activity import Activity, Context, Proposed
from rooms.stream_address import StreamAddress, listed, site_of, without_query

StreamStatus = Literal["live", "paused"]


class StreamCommand(Command):
    """About the room's stream."""

    roles = STAFF


class StreamSet(StreamCommand):
    """Show the stream at this HLS address from now on, in place of another. Every member learns the address."""

    type = "stream.set"

    address: StreamAddress
    title: Title | None = None


class StreamPause(StreamCommand):
    """Show for a while that the stream is not on."""

    type = "stream.pause"


class StreamResume(StreamCommand):
    """Show it again."""

    type = "stream.resume"


class StreamClear(StreamCommand):
    """Show no stream any more."""

    type = "stream.clear"


@dataclass(frozen=True, slots=True)
class StreamStarted(Lasting):
    """There is a stream, or another one; it is on."""

    type: ClassVar[str] = "stream.started"

    address: str
    title: str | None = None

    def exported(self) -> dict[str, Any]:
        """Without what may be signed in the address: a file is kept longer than the right to watch."""
        return replace(self, address=without_query(self.address)).dump()


@dataclass(frozen=True, slots=True)
class StreamPaused(Lasting):
    """The stream is not on for a while."""

    type: ClassVar[str] = "stream.paused"


@dataclass(frozen=True, slots=True)
class StreamResumed(Lasting):
    """The stream is on again."""

    type: ClassVar[str] = "stream.resumed"


@dataclass(frozen=True, slots=True)
class StreamCleared(Lasting):
    """There is no stream any more."""

    type: ClassVar[str] = "stream.cleared"


class Streamed(TypedDict):
    """A stream, and since when it is as it is."""

    address: str
    title: str | None
    status: StreamStatus
    since: int


class StreamView(TypedDict):
    """The stream of the room, if it has one."""

    stream: Streamed | None


class Stream(Activity):
    """One stream at most."""

    name = "stream"
    commands = (StreamSet, StreamPause, StreamResume, StreamClear)
    events = (StreamStarted, StreamPaused, StreamResumed, StreamCleared)
    view_shape = StreamView

    def __init__(self) -> None:
        self._stream: Streamed | None = None

    @property
    def on(self) -> bool:
        """Whether there is something to watch."""
        return self._stream is not None and self._stream["status"] == "live"

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What is so already leads to nothing."""
        stream = self._stream
        match command:
            case StreamSet(address=address, title=title):
                if not listed(site_of(address), context.stream_sites):
                    message = "Streams from this site are not allowed here; the server's operator lists sites."
                    raise Refused(Code.FORBIDDEN, message)
                if self.on and stream is not None and (stream["address"], stream["title"]) == (address, title):
                    return []
                return [Proposed(StreamStarted(address, title))]
            case StreamClear():
                return [] if stream is None else [Proposed(StreamCleared())]
            case StreamPause() | StreamResume():
                if stream is None:
                    raise Refused(Code.CONFLICT, "There is no stream.")
                resumes = isinstance(command, StreamResume)
                if self.on == resumes:
                    return []
                return [Proposed(StreamResumed() if resumes else StreamPaused())]
        raise Refused(Code.UNKNOWN_COMMAND)

    def apply(self, record: Record) -> None:
        """The last word holds."""
        match record.data:
            case StreamStarted(address=address, title=title):
                self._stream = Streamed(address=address, title=title, status="live", since=record.at)
            case StreamPaused() | StreamResumed() as event if self._stream is not None:
                status: StreamStatus = "live" if isinstance(event, StreamResumed) else "paused"
                self._stream = {**self._stream, "status": status, "since": record.at}
            case StreamCleared():
                self._stream = None

    def wind_up(self, context: Context) -> Iterable[Proposed]:
        """Nothing is on in a room that is closed."""
        return [Proposed(StreamPaused())] if self.on else []

    def view(self, audience: Audience) -> dict[str, Any]:
        """The same for all."""
        return {"stream": self._stream}

    def dump(self) -> dict[str, Any]:
        """The view."""
        return self.view(Audience.HOSTS)

    def clear(self, names: Mapping[str, str]) -> None:
        """It is a setting."""

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._stream = state["stream"]
