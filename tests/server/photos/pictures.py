"""Photos for tests, good and bad, made here."""

import io
import struct
import zipfile
import zlib

import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()

SECRET_PLACE = b"N31.2304 E121.4737"


def picture(width: int = 320, height: int = 240) -> Image.Image:
    """Red on its left half, blue on its right one, with a green bar on top."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    image.paste((30, 200, 30), (0, 0, width, height // 4))
    return image


def encoded(format_: str, image: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (image or picture()).save(out, format_, **options)
    return out.getvalue()


def exif(turned: int = 6) -> bytes:
    """Metadata as a phone writes them: how it was held, where, which phone."""
    data = Image.Exif()
    data[0x0112] = turned
    data[0x010F] = "Secret Phone"
    data.get_ifd(0x8825)[1] = "N"
    data.get_ifd(0x8825)[2] = (31.0, 13.0, 49.4)
    data.get_ifd(0x8825)[29] = SECRET_PLACE.decode()
    return data.tobytes()


def phone(turned: int = 6) -> bytes:
    """A JPEG of a phone."""
    return encoded("JPEG", exif=exif(turned), icc_profile=profile(), comment=b"taken at home " + SECRET_PLACE)


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def heic() -> bytes:
    return encoded("HEIF", quality=80, exif=exif(1))


def svg() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("../../etc/passwd", "x" * 1000)
    return out.getvalue()


def animated(format_: str) -> bytes:
    frames = [picture(), Image.new("RGB", (320, 240), (0, 0, 0))]
    return encoded(format_, frames[0], save_all=True, append_images=frames[1:], duration=100)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *chunks: bytes, body: bytes = b"") -> bytes:
    """A PNG that says it has this size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """Some kilobytes that would be gigabytes of pixels."""
    return png(60_000, 60_000, body=bytes(10_000_000))


def dense_bomb() -> bytes:
    """Within the size that is allowed, and far more rows than there are pixels for."""
    return png(6_000, 6_000, body=bytes(200_000_000))
