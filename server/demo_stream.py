"""The demo's stream: half a minute of picture and tone, made once by ffmpeg, and a live playlist that goes round it.

The playlist follows from the time alone, so every server gives the same one, and a restart breaks nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from protocols.limits import DAY_MS

ADDRESS: Final = "/streams/demo.m3u8"
PARTS: Final = 12
PART_MS: Final = 2_000
WINDOW: Final = 10  # parts that are listed at a time
FOLDER: Final = "demo-stream"

WIDTH, HEIGHT, RATE = 480, 270, 10
COLOURS: Final = ("#c8371f", "#1f6fa8", "#e09c05", "#2e7d4f", "#7a3e8e")
PAPER, INK, LINE = "#faf6ef", "#221b14", "#e6ded1"
MADE_WITHIN_S: Final = 120  # on a busy machine


class NoFfmpeg(Exception):
    """There is no ffmpeg, or it cannot do what is asked of it."""


def ffmpeg() -> str | None:
    """The machine's own, else the one that comes with the package imageio-ffmpeg if that is installed."""
    own = shutil.which("ffmpeg")
    if own is not None or find_spec("imageio_ffmpeg") is None:
        return own
    try:
        return str(import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except RuntimeError:
        return None


def made(folder: Path) -> bool:
    """Whether the parts are there."""
    return (folder / name_of(PARTS - 1)).is_file()


def name_of(part: int) -> str:
    """The file of a part."""
    return f"part-{part:02}.ts"


def make(folder: Path, given_up: Callable[[], bool] = lambda: False) -> None:
    """Make the parts unless they are there; takes some seconds of a core. Raises NoFfmpeg, OSError."""
    if made(folder):
        return
    program = ffmpeg()
    if program is None:
        raise NoFfmpeg("none was found")
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        _run(program, unfinished, given_up)
        if not made(unfinished):
            raise NoFfmpeg("it made no stream")
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _run(program: str, folder: Path, given_up: Callable[[], bool]) -> None:
    seconds = str(PARTS * PART_MS // 1000)
    picture = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "pipe:0"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency=330:beep_factor=2:sample_rate=44100:duration={seconds}"]
    video = ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-pix_fmt", "yuv420p", "-crf", "26"]
    # Each part begins with a whole picture and is as long as the playlist says.
    whole = str(RATE * PART_MS // 1000)
    video += ["-g", whole, "-keyint_min", whole, "-sc_threshold", "0", "-bf", "0"]
    sound = ["-af", "volume=0.15", "-c:a", "aac", "-b:a", "48k", "-ac", "1"]
    out = ["-t", seconds, "-f", "hls", "-hls_time", str(PART_MS / 1000), "-hls_playlist_type", "vod"]
    out += ["-hls_segment_filename", str(folder / "part-%02d.ts"), str(folder / "all.m3u8")]
    command = [program, "-nostdin", "-loglevel", "error", "-y", *picture, *tone, *video, *sound, *out]
    code = 1
    # One that ends early says nothing worth hearing here.
    with (
        suppress(BrokenPipeError, subprocess.TimeoutExpired),
        subprocess.Popen(  # noqa: S603 - our own words, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process,
    ):
        assert process.stdin is not None
        try:
            for each in _pictures():
                if given_up():
                    raise NoFfmpeg("it is not wanted any more")
                process.stdin.write(each)
            process.stdin.close()
            code = process.wait(MADE_WITHIN_S)
        finally:
            process.kill()
    if code:
        raise NoFfmpeg("it could not make the stream")


def _pictures() -> Iterator[bytes]:
    """A wall of bricks that grows by one every second, and a clock."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - only where there is no stream yet

    large, small = ImageFont.load_default(54), ImageFont.load_default(16)
    for number in range(PARTS * PART_MS * RATE // 1000):
        second, part = divmod(number, RATE)
        image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
        draw = ImageDraw.Draw(image)
        ground = HEIGHT - 24
        draw.rectangle((0, ground, WIDTH, HEIGHT), fill=LINE)
        for brick in range(second + 1):
            row, place = divmod(brick, 4)
            fall = 0 if brick < second else max(0, 4 - part) * 12
            left, bottom = 30 + place * 55 + (27 if row % 2 else 0), ground - row * 31 - fall
            colour = COLOURS[(brick + row) % len(COLOURS)]
            for stud in (10, 32):
                draw.rectangle((left + stud, bottom - 36, left + stud + 12, bottom - 30), fill=colour)
            draw.rounded_rectangle((left, bottom - 30, left + 53, bottom - 2), 3, fill=colour)
        draw.text((322, 72), f"{second // 60:02}:{second % 60:02}", INK, font=large)
        draw.text((324, 134), "Showfloor demo", INK, font=small)
        # A bar that goes round with the frames: whoever looks sees at once whether the picture moves.
        draw.rectangle((324, 164, 324 + 120 * (part + 1) // RATE, 171), fill=COLOURS[0])
        yield image.tobytes()


def playlist(now_ms: int, place: str = "demo/") -> str:
    """The live playlist at this time; its parts lie under ``place``.

    It begins anew with each day (UTC), and players with it: some keep a place in memory for every round that there
    ever was.
    """
    day = now_ms - now_ms % DAY_MS
    last = (now_ms - day) // PART_MS - 1  # the newest that is over by now
    first = max(0, last - WINDOW + 1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f"#EXT-X-TARGETDURATION:{-(-PART_MS // 1000)}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        # How often it had gone round before the first that is listed.
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{max(0, first - 1) // PARTS}",
    ]
    for number in range(first, last + 1):
        if number % PARTS == 0 and number:
            lines.append("#EXT-X-DISCONTINUITY")
        at = day + number * PART_MS
        begun = datetime.fromtimestamp(at / 1000, UTC)
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{begun:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z",
            f"#EXTINF:{PART_MS / 1000:.3f},",
            place + name_of(number % PARTS),
        ]
    return "\n".join([*lines, ""])
