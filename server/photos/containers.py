"""What a file is by its first bytes and its structure, before any decoder sees it; and what is made of it.

NotAPhoto               it is none that we take; ``fault`` says why
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

FILE_MOST: Final = 20 * 1024 * 1024  # bytes
PIXELS_MOST: Final = 40_000_000
SIDE_MOST: Final = 16_384  # pixels
SIDE_LEAST: Final = 16
SIZES: Final = (2048, 640, 160)  # pixels of the longer side of what is shown


class Fault(StrEnum):
    """Why a file is not taken."""

    NOT_A_PHOTO = "not_a_photo"
    DRAWING = "drawing"
    ANIMATED = "animated"
    TRUNCATED = "truncated"
    TWO_IN_ONE = "two_in_one"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    TOO_HARD = "too_hard"


class NotAPhoto(Exception):
    """This file is not taken."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.value)


class Kind(StrEnum):
    """The formats that are decoded, by the names that Pillow has for them."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIC = "HEIF"


class Container(NamedTuple):
    """What the structure says: the format, and the size where it stands there plainly."""

    kind: Kind
    size: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Developed:
    """What is shown of a photo: its size, its middle colour, a WebP for each size of the longer side, in pixels."""

    width: int
    height: int
    color: str
    pictures: dict[int, bytes]


PNG_START: Final = b"\x89PNG\r\n\x1a\n"
HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
SEQUENCES: Final = frozenset({b"hevc", b"hevx", b"msf1", b"avis"})
# What makes a file something else too, in the eyes of another program.
FOREIGN: Final = re.compile(
    rb"PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|%PDF-|<\?php|<script|<svg[\s>]|<html|<!doctype|MZ\x90\x00"
    rb"|\x7fELF",
    re.IGNORECASE,
)
DRAWING: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!doctype svg|<!--|<svg)", re.IGNORECASE)
LOOKED_AT: Final = 64 * 1024  # bytes, at the beginning and at the end of what is not picture
# In the entropy-coded part of a JPEG a marker is 0xFF and neither a stuffed zero nor a restart.
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def opened(data: bytes) -> Container:
    """What it is. Raises NotAPhoto: none of ours, cut off, more than one picture, something else besides."""
    if len(data) > FILE_MOST:
        raise NotAPhoto(Fault.TOO_LARGE)
    if data[:3] == b"\xff\xd8\xff":
        return _jpeg(data)
    if data[:8] == PNG_START:
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp":
        return _heic(data)
    raise NotAPhoto(Fault.DRAWING if DRAWING.match(data[:256]) else Fault.NOT_A_PHOTO)


def within(size: tuple[int, int]) -> None:
    """Raises NotAPhoto for a size that is not decoded."""
    width, height = size
    if width * height > PIXELS_MOST or max(size) > SIDE_MOST:
        raise NotAPhoto(Fault.TOO_MANY_PIXELS)
    if min(size) < SIDE_LEAST:
        raise NotAPhoto(Fault.TOO_SMALL)


def _alone(*parts: bytes) -> None:
    """Raises NotAPhoto if one of these parts, which are not picture, begins or ends as something else does."""
    for part in parts:
        if FOREIGN.search(part[:LOOKED_AT]) or FOREIGN.search(part[-LOOKED_AT:]):
            raise NotAPhoto(Fault.TWO_IN_ONE)


def _jpeg(data: bytes) -> Container:
    at, size = 2, None
    notes: list[bytes] = []
    while True:
        if data[at : at + 1] != b"\xff":
            raise NotAPhoto(Fault.TRUNCATED)
        marker = data[at + 1 : at + 2]
        if marker == b"\xff":  # fill bytes
            at += 1
            continue
        if marker == b"\xd9":
            break
        if len(data) < at + 4:
            raise NotAPhoto(Fault.TRUNCATED)
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if marker[0] in range(0xC0, 0xD0) and marker[0] not in {0xC4, 0xC8, 0xCC} and len(body) >= 5:
            height, width = struct.unpack_from(">HH", body, 1)
            size = (width, height)
        if marker[0] >= 0xE0:
            notes.append(body)
        at += 2 + length
        if marker == b"\xda":
            found = _MARKER.search(data, at)
            if found is None:
                raise NotAPhoto(Fault.TRUNCATED)
            at = found.start()
    # Behind the end, cameras put further pictures and short films: those are left out. No archive, no page.
    tail = data[at + 2 :]
    _alone(*notes, tail)
    if size is None:
        raise NotAPhoto(Fault.NOT_A_PHOTO)
    return Container(Kind.JPEG, size)


def _png(data: bytes) -> Container:
    at, size = 8, None
    notes: list[bytes] = []
    while True:
        if len(data) < at + 12:
            raise NotAPhoto(Fault.TRUNCATED)
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise NotAPhoto(Fault.TRUNCATED)
        if name == b"IHDR" and length >= 8:
            size = struct.unpack_from(">II", data, at + 8)
        elif name == b"acTL":
            raise NotAPhoto(Fault.ANIMATED)
        elif name not in {b"IDAT", b"IHDR", b"PLTE", b"iCCP", b"zTXt"}:
            notes.append(data[at + 8 : end - 4])
        at = end
        if name == b"IEND":
            break
    _alone(*notes, data[at:])
    if size is None:
        raise NotAPhoto(Fault.NOT_A_PHOTO)
    return Container(Kind.PNG, (size[0], size[1]))


def _webp(data: bytes) -> Container:
    (length,) = struct.unpack_from("<I", data, 4)
    end = 8 + length
    if end > len(data):
        raise NotAPhoto(Fault.TRUNCATED)
    at, size = 12, None
    notes: list[bytes] = []
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise NotAPhoto(Fault.TRUNCATED)
        if name in {b"ANIM", b"ANMF"}:
            raise NotAPhoto(Fault.ANIMATED)
        if size is None:
            size = _webp_size(name, body)
        if name in {b"EXIF", b"XMP "}:
            notes.append(body)
        at += 8 + length + length % 2
    _alone(*notes, data[end:])
    if size is None:
        raise NotAPhoto(Fault.NOT_A_PHOTO)
    return Container(Kind.WEBP, size)


def _webp_size(name: bytes, body: bytes) -> tuple[int, int] | None:
    """The size that a chunk of this name states."""
    if name == b"VP8X" and len(body) >= 10:
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if name == b"VP8 " and len(body) >= 10:
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _heic(data: bytes) -> Container:
    boxes = list(_boxes(data))
    brands = {data[at : at + 4] for at in range(16, min(boxes[0][2], 16 + 4 * 32), 4)} | {data[8:12]}
    if data[8:12] in SEQUENCES or any(name == b"moov" for name, _, _ in boxes):
        raise NotAPhoto(Fault.ANIMATED)
    if not brands & HEIC_BRANDS:
        raise NotAPhoto(Fault.NOT_A_PHOTO)
    if not {b"meta", b"mdat"} <= {name for name, _, _ in boxes}:
        raise NotAPhoto(Fault.TRUNCATED)
    last = boxes[-1][2]
    _alone(data[last:], *(data[start:end] for name, start, end in boxes if name not in {b"mdat", b"meta"}))
    return Container(Kind.HEIC, None)


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of the boxes at the top. Raises NotAPhoto for one that is cut off."""
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if at and not name.isalnum():
            return  # no box: what follows is something else
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        end = len(data) if length == 0 else at + length
        if (length not in {0} and length < 8) or end > len(data):
            raise NotAPhoto(Fault.TRUNCATED)
        yield name, at, end
        at = end
