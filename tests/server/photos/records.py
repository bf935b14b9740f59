"""What records say of photos, in memory."""

from collections.abc import Collection, Sequence

from server.photos.files import Cause, Erased


class NoRecords:
    """Records that hold no photo; set ``photos``, ``waiting`` and ``why`` for others."""

    def __init__(self) -> None:
        self.photos: dict[str, set[str] | None] = {}
        self.waiting: list[Erased] = []
        self.why = Cause.PHOTO

    async def kept(self, room: str) -> Collection[str] | None:
        return self.photos.get(room, set())

    async def erased(self) -> Sequence[Erased]:
        return tuple(self.waiting)

    async def cause(self, erased: Erased) -> Cause:
        return self.why

    async def done(self, erased: Sequence[Erased]) -> None:
        self.waiting = [each for each in self.waiting if each not in erased]
