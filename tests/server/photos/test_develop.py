"""What is shown of a photo: upright, in sRGB, small, and nothing else of it."""

import io

import pytest
from PIL import Image

from server.photos.containers import SIZES, Developed, Fault, NotAPhoto
from server.photos.develop import developed
from tests.server.photos import pictures

RED, BLUE, GREEN = (200, 30, 30), (30, 30, 200), (30, 200, 30)


def opened(shown: Developed, size: int = 2048) -> Image.Image:
    return Image.open(io.BytesIO(shown.pictures[size]))


def near(image: Image.Image, place: tuple[float, float], color: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel((int(place[0] * image.width), int(place[1] * image.height)))
    assert isinstance(found, tuple)
    return all(abs(one - other) < 30 for one, other in zip(found, color, strict=True))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_format_becomes_the_same(format_: str) -> None:
    shown = developed(pictures.encoded(format_))
    assert (shown.width, shown.height) == (320, 240)
    assert set(shown.pictures) == set(SIZES)
    image = opened(shown)
    assert image.format == "WEBP"
    assert near(image, (0.5, 0.1), GREEN)
    assert near(image, (0.2, 0.7), RED)
    assert near(image, (0.8, 0.7), BLUE)
    assert opened(shown, 160).size == (160, 120)


def test_large_ones_become_smaller_in_three_sizes() -> None:
    shown = developed(pictures.encoded("JPEG", pictures.picture(4000, 3000)))
    assert (shown.width, shown.height) == (2048, 1536)
    assert [max(opened(shown, size).size) for size in SIZES] == list(SIZES)


@pytest.mark.parametrize(
    ("turned", "top"),
    [(1, (0.5, 0.1)), (3, (0.5, 0.9)), (6, (0.9, 0.5)), (8, (0.1, 0.5)), (2, (0.5, 0.1)), (5, (0.1, 0.5))],
)
def test_photos_stand_upright(turned: int, top: tuple[float, float]) -> None:
    shown = developed(pictures.phone(turned))
    assert (shown.width, shown.height) == ((320, 240) if turned < 5 else (240, 320))
    assert near(opened(shown), top, GREEN)


@pytest.mark.parametrize("data", [pictures.phone(), pictures.heic(), pictures.encoded("WEBP", exif=pictures.exif())])
def test_nothing_of_where_and_with_what_it_was_taken_stays(data: bytes) -> None:
    assert b"Secret Phone" in data
    shown = developed(data)
    for picture in shown.pictures.values():
        for secret in (b"Secret", b"home", pictures.SECRET_PLACE, b"EXIF", b"Exif", b"ICCP", b"XMP"):
            assert secret not in picture
        image = Image.open(io.BytesIO(picture))
        assert dict(image.getexif()) == {}
        assert not {"exif", "icc_profile", "xmp", "comment"} & {key for key, value in image.info.items() if value}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_pictures_of_every_kind_of_colour_are_shown(mode: str) -> None:
    image = Image.new(mode, (64, 48)) if mode == "I;16" else pictures.picture(64, 48).convert(mode)
    shown = developed(pictures.encoded("JPEG" if mode in {"CMYK", "YCbCr"} else "PNG", image))
    assert opened(shown).mode == "RGB"


def test_what_is_clear_becomes_white() -> None:
    clear = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    assert developed(pictures.encoded("PNG", clear)).color == "#ffffff"


def test_a_profile_that_is_none_changes_nothing() -> None:
    shown = developed(pictures.encoded("JPEG", icc_profile=b"no profile at all" * 20))
    assert near(opened(shown), (0.5, 0.1), GREEN)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (pictures.bomb(), Fault.TOO_MANY_PIXELS),
        (pictures.encoded("PNG", pictures.picture(8, 8)), Fault.TOO_SMALL),
        (pictures.png(320, 240, body=b"too little"), Fault.TRUNCATED),
    ],
)
def test_what_cannot_be_shown(data: bytes, fault: Fault) -> None:
    with pytest.raises(NotAPhoto) as refused:
        developed(data)
    assert refused.value.fault is fault
