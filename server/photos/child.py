"""The process that decodes one photo: a file on its standard input, what became of it on its standard output.

It bounds itself before it reads anything: memory, time, no files, no further processes. Whatever a file does to its
decoder, it does to this process alone.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Final

MEMORY: Final = 1024 * 1024 * 1024  # bytes of address space, what the program itself takes included
SECONDS: Final = 20  # of the processor
HEAD: Final = 4  # bytes that say how long the head is


def bound(memory: int = MEMORY, seconds: int = SECONDS) -> None:
    """Take no more than this from here on."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def answer(head: dict[str, object], *bodies: bytes) -> None:
    """Say what became of it."""
    line = json.dumps(head).encode()
    out = sys.stdout.buffer
    out.write(len(line).to_bytes(HEAD, "big") + line)
    for body in bodies:
        out.write(body)
    out.flush()


def main() -> None:
    """Decode what comes."""
    bound()
    # Behind the bounds: what a library does when it is loaded is bounded too.
    from server.photos.containers import FILE_MOST, Fault, NotAPhoto  # noqa: PLC0415
    from server.photos.develop import developed  # noqa: PLC0415

    data = sys.stdin.buffer.read(FILE_MOST + 1)
    try:
        photo = developed(data)
    except NotAPhoto as refused:
        answer({"fault": refused.fault})
    except MemoryError:
        answer({"fault": Fault.TOO_HARD})
    except Exception:
        # Decoders fail in many ways on what is none of theirs.
        answer({"fault": Fault.NOT_A_PHOTO})
    else:
        sizes = {str(size): len(picture) for size, picture in photo.pictures.items()}
        head = {"width": photo.width, "height": photo.height, "color": photo.color, "sizes": sizes}
        answer(head, *photo.pictures.values())


if __name__ == "__main__":
    main()
