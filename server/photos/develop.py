"""From a file to what is shown of it: upright, in sRGB, in three sizes, and nothing else of it."""

from __future__ import annotations

import io
import warnings
from typing import Final

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from server.photos.containers import SIZES, Developed, Fault, Kind, NotAPhoto, opened, within

QUALITY: Final = {2048: 82, 640: 80, 160: 72}
SRGB: Final = ImageCms.createProfile("sRGB")
WHITE: Final = (255, 255, 255)

# Sizes are looked at before anything is decoded; this is for what a decoder finds inside.
Image.MAX_IMAGE_PIXELS = 50_000_000
pillow_heif.options.DECODE_THREADS = 1
pillow_heif.options.THUMBNAILS = False
pillow_heif.register_heif_opener()


def developed(data: bytes) -> Developed:
    """All of it. Raises NotAPhoto, MemoryError, and whatever a decoder meets."""
    container = opened(data)
    if container.size is not None:
        within(container.size)
    with warnings.catch_warnings():
        # Decoders warn of odd metadata, which goes anyway.
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=_formats(container.kind)) as image:
            within(image.size)
            if container.kind is not Kind.JPEG and getattr(image, "n_frames", 1) > 1:
                raise NotAPhoto(Fault.ANIMATED)
            if container.kind is Kind.JPEG:
                # Decodes no finer than is needed: an eighth of the memory and the time for large ones.
                image.draft("RGB", (SIZES[0], SIZES[0]))
            large = _upright(image)
    pictures = {}
    for size in SIZES:
        small = large.copy()
        small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
        pictures[size] = _webp(small, QUALITY[size])
    red, green, blue = large.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # type: ignore[misc]
    return Developed(large.width, large.height, f"#{red:02x}{green:02x}{blue:02x}", pictures)


def _formats(kind: Kind) -> list[str]:
    # The first picture of several in a JPEG is the photo; the others are depths and previews.
    return ["JPEG", "MPO"] if kind is Kind.JPEG else [kind.value]


def _upright(image: Image.Image) -> Image.Image:
    """The picture alone, at most 2048, as it is meant to be seen."""
    profile = image.info.get("icc_profile")
    try:
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise NotAPhoto(Fault.TRUNCATED) from error
    turned = image.getexif().get(0x0112, 1)
    small = _plain(image)
    small.thumbnail((SIZES[0], SIZES[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    small = _in_srgb(small, profile)
    flat = Image.new("RGB", small.size, WHITE)
    flat.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    # By the number alone: the rest of the metadata is not carried along for a moment.
    step = _TURNS.get(turned)
    return flat if step is None else flat.transpose(step)


_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _plain(image: Image.Image) -> Image.Image:
    """In RGB, RGBA, L or CMYK, of eight bits."""
    if image.mode in {"RGB", "L", "CMYK"} and "transparency" not in image.info:
        return image.copy()
    if image.mode.startswith("I") or image.mode == "F":
        return ImageOps.autocontrast(image.point(lambda value: value / 256).convert("L"))
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            alpha = image.getchannel("A") if image.mode == "RGBA" else None
            colors = image.convert("RGB") if alpha is not None else image
            done = ImageCms.profileToProfile(colors, source, SRGB, outputMode="RGB")
            if done is not None:
                if alpha is not None:
                    done.putalpha(alpha)
                return done
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            # A profile that fits nothing: the colours as they are.
            pass
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    # Pillow writes a profile that it was given with the picture, unless told otherwise.
    image.info.clear()
    image.save(out, "WEBP", quality=quality, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()
