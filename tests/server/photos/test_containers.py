"""What is taken for a photo, by its bytes."""

import struct

import pytest

from server.photos.containers import FILE_MOST, Fault, Kind, NotAPhoto, opened, within
from tests.server.photos import pictures

GOOD = {
    "jpeg": (pictures.phone(), Kind.JPEG),
    "progressive": (pictures.encoded("JPEG", progressive=True), Kind.JPEG),
    "png": (pictures.encoded("PNG"), Kind.PNG),
    "webp": (pictures.encoded("WEBP"), Kind.WEBP),
    "webp without loss": (pictures.encoded("WEBP", lossless=True), Kind.WEBP),
    "webp with metadata": (pictures.encoded("WEBP", exif=pictures.exif()), Kind.WEBP),
    "heic": (pictures.heic(), Kind.HEIC),
    # Cameras put a film behind the photo; it is left out.
    "jpeg and film": (pictures.phone() + b"\x00\x00\x00\x18ftypmp42" + bytes(200_000), Kind.JPEG),
    "jpeg and jpeg": (pictures.phone() + pictures.phone(), Kind.JPEG),
}
BAD = {
    "nothing": (b"", Fault.NOT_A_PHOTO),
    "text": (b"hello" * 100, Fault.NOT_A_PHOTO),
    "gif": (pictures.encoded("GIF"), Fault.NOT_A_PHOTO),
    "bmp": (pictures.encoded("BMP"), Fault.NOT_A_PHOTO),
    "tiff": (pictures.encoded("TIFF"), Fault.NOT_A_PHOTO),
    "film": (b"\x00\x00\x00\x18ftypmp42" + bytes(100), Fault.NOT_A_PHOTO),
    "svg": (pictures.svg(), Fault.DRAWING),
    "svg behind a mark": (b"\xef\xbb\xbf \n<svg/>", Fault.DRAWING),
    "zip": (pictures.archive(), Fault.NOT_A_PHOTO),
    "jpeg and zip": (pictures.phone() + pictures.archive(), Fault.TWO_IN_ONE),
    "png and zip": (pictures.encoded("PNG") + pictures.archive(), Fault.TWO_IN_ONE),
    "webp and zip": (pictures.encoded("WEBP") + pictures.archive(), Fault.TWO_IN_ONE),
    "heic and zip": (pictures.heic() + pictures.archive(), Fault.TWO_IN_ONE),
    "jpeg and page": (pictures.phone() + b"<html><script>", Fault.TWO_IN_ONE),
    "jpeg with a program": (pictures.encoded("JPEG", comment=b"<?php system($_GET[0]); ?>"), Fault.TWO_IN_ONE),
    "jpeg as a paper": (pictures.encoded("JPEG", comment=b"%PDF-1.4 obj"), Fault.TWO_IN_ONE),
    "moving png": (pictures.animated("PNG"), Fault.ANIMATED),
    "moving webp": (pictures.animated("WEBP"), Fault.ANIMATED),
    "moving heic": (struct.pack(">I", 24) + b"ftyphevc" + bytes(12), Fault.ANIMATED),
    "long": (b"\xff\xd8\xff" + bytes(FILE_MOST), Fault.TOO_LARGE),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_photo_is_known(name: str) -> None:
    data, kind = GOOD[name]
    found = opened(data)
    assert found.kind is kind
    assert found.size in {(320, 240), None}
    assert (found.size is None) == (kind is Kind.HEIC)


@pytest.mark.parametrize("name", BAD)
def test_what_is_none_is_told_apart(name: str) -> None:
    data, fault = BAD[name]
    with pytest.raises(NotAPhoto) as refused:
        opened(data)
    assert refused.value.fault is fault


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_part_is_no_photo(format_: str, share: float) -> None:
    data = pictures.encoded(format_)
    with pytest.raises(NotAPhoto) as refused:
        opened(data[: int(len(data) * share)])
    assert refused.value.fault in {Fault.TRUNCATED, Fault.NOT_A_PHOTO}


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_whatever_is_changed_it_ends_in_one_way_or_the_other(format_: str) -> None:
    data = pictures.encoded(format_)
    for at in range(0, min(len(data), 400)):
        for other in (b"\x00", b"\xff", b"\x7f"):
            try:
                opened(data[:at] + other + data[at + 1 :])
            except NotAPhoto:
                continue


@pytest.mark.parametrize(
    ("size", "fault"),
    [
        ((60_000, 60_000), Fault.TOO_MANY_PIXELS),
        ((20_000, 100), Fault.TOO_MANY_PIXELS),
        ((8_000, 5_001), Fault.TOO_MANY_PIXELS),
        ((4_000, 4), Fault.TOO_SMALL),
        ((0, 0), Fault.TOO_SMALL),
    ],
)
def test_sizes_that_are_not_decoded(size: tuple[int, int], fault: Fault) -> None:
    with pytest.raises(NotAPhoto) as refused:
        within(size)
    assert refused.value.fault is fault
    within((8_000, 5_000))
