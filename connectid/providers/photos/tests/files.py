"""Image files for the tests of photos: ``hostile()`` must all be refused, ``odd()`` are strange but must be taken."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the image as a file of ``kind``."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def face(mode: str = "RGB", size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Return a picture with something to see in it: dark on the left, light on the right."""
    return Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(size).convert(mode)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int, height: int, *chunks: bytes, pixels: bytes | None = None, depth: int = 8, color: int = 2
) -> bytes:
    """Return a PNG file with a header of any claim, extra chunks before the pixels, and the pixel stream given."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    stream = chunk(b"IDAT", zlib.compress(b"\0" * 100) if pixels is None else pixels)
    return PNG_MAGIC + header + b"".join(chunks) + stream + chunk(b"IEND", b"")


def hostile() -> dict[str, bytes]:
    """Return files that no photo store should take, by name."""
    return _foreign() | _hostile_png() | _hostile_jpeg() | _hostile_webp()


def _foreign() -> dict[str, bytes]:
    picture = face()
    gif = encoded(picture, "GIF")
    return {
        "empty": b"",
        "text": b"not an image",
        "html": b"<!doctype html><script>alert(1)</script>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "svg with entities": b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>',
        "gif": gif,
        "animated gif": encoded(picture, "GIF", save_all=True, append_images=[face(size=(160, 121))]),
        "gif that is also javascript": gif + b"=1;alert(1)//",
        "tiff": encoded(picture, "TIFF"),
        "bmp": encoded(picture, "BMP"),
        "icon": encoded(picture, "ICO"),
        "jpeg 2000": encoded(picture, "JPEG2000"),
        "avif": encoded(picture, "AVIF"),
        "postscript": encoded(picture, "EPS"),
        "pdf": encoded(picture, "PDF"),
        "pcx": encoded(picture, "PCX"),
        "ppm": encoded(picture, "PPM"),
        "zip": _zip(),
        "jpeg inside a zip": _zip() + encoded(picture, "JPEG"),
    }


def _hostile_png() -> dict[str, bytes]:
    good = encoded(face(), "PNG")
    bomb = zlib.compress(b"a" * 1_000_000, 9)
    texts = [chunk(b"zTXt", b"key%d\0\0" % number + bomb) for number in range(300)]
    huge_text = chunk(b"zTXt", b"key\0\0" + zlib.compress(b"a" * 30_000_000, 9))
    wrong_sum = bytearray(good)
    wrong_sum[29] ^= 1  # of the header
    return {
        "png magic alone": PNG_MAGIC,
        "png claims 65535x65535": png(65_535, 65_535),
        "png claims 2147483647 a side": png(2**31 - 1, 2**31 - 1),
        "png claims nothing": png(0, 0),
        "png one pixel too many": encoded(Image.new("1", (12_000_001, 1)), "PNG"),
        "png decompression bomb": png(60_000, 60_000, pixels=zlib.compress(b"\0" * 20_000_000, 9)),
        "png text bomb": png(160, 120, huge_text),
        "png of many text bombs": png(160, 120, *texts),
        "png international text bomb": png(
            160, 120, *(chunk(b"iTXt", b"k\0\1\0\0\0" + bomb) for _ in range(300))
        ),
        "png stream that ends early": png(160, 120),
        "png garbage for a stream": png(160, 120, pixels=b"\x78\x9c" + b"\xff" * 200),
        "png without a stream": PNG_MAGIC + good[8:33] + chunk(b"IEND", b""),
        "png wrong check sum": bytes(wrong_sum),
        "png cut in the middle": good[: len(good) // 2],
        "png of an impossible depth": png(160, 120, depth=3),
    }


def _hostile_jpeg() -> dict[str, bytes]:
    good = encoded(face(), "JPEG")
    size_at = good.index(b"\xff\xc0") + 5
    giant = good[:size_at] + struct.pack(">HH", 65_535, 65_535) + good[size_at + 4 :]
    return {
        "jpeg magic alone": b"\xff\xd8\xff",
        "jpeg garbage": b"\xff\xd8\xff\xe0" + b"\xaa" * 5_000,
        "jpeg claims 65535x65535": giant,
        "jpeg too many pixels": encoded(Image.new("L", (4_001, 3_000)), "JPEG"),
        "jpeg cut in the middle": good[: len(good) // 2],
        "jpeg of many scans": many_scans((160, 120), 2_000),
        "jpeg without a picture": good[: good.index(b"\xff\xc0")] + b"\xff\xd9",
    }


def _hostile_webp() -> dict[str, bytes]:
    good = encoded(face(), "WEBP")
    lossless = encoded(face(), "WEBP", lossless=True)
    canvas = struct.pack("<I", 16_382)[:3] * 2
    extended = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas + good[12:]
    return {
        "webp magic alone": b"RIFF\x04\0\0\0WEBP",
        "webp canvas of 268 megapixels": b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended,
        "webp too many pixels": encoded(Image.new("RGB", (4_001, 3_000)), "WEBP", lossless=True, method=0),
        "webp cut in the middle": good[: len(good) // 2],
        "webp lossless cut in the middle": lossless[: len(lossless) // 2],
        "webp garbage": good[:30] + b"\xaa" * 3_000,
        "wav that calls itself webp": b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 28,
    }


def odd() -> dict[str, bytes]:
    """Return files of strange but lawful kinds, by name."""
    clear = face("RGBA")
    clear.putalpha(face("L"))
    apng = encoded(face(), "PNG", save_all=True, append_images=[face(size=(160, 120)).rotate(90)])
    exif = Image.Exif()
    exif[0x010E] = "taken at 12.5 N 3.4 E"
    return {
        "webp": encoded(face(), "WEBP"),
        "webp lossless with transparency": encoded(clear, "WEBP", lossless=True),
        "webp animated": encoded(face(), "WEBP", save_all=True, append_images=[face().rotate(180)]),
        "jpeg": encoded(face(), "JPEG"),
        "jpeg grey": encoded(face("L"), "JPEG"),
        "jpeg cmyk": encoded(face("CMYK"), "JPEG"),
        "jpeg progressive": encoded(face(), "JPEG", progressive=True),
        "jpeg with metadata": encoded(face(), "JPEG", exif=exif, comment=b"by me"),
        "jpeg with broken metadata": encoded(face(), "JPEG", exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xff"),
        "jpeg with a page behind it": encoded(face(), "JPEG") + b"<script>alert(1)</script>",
        "jpeg with a zip behind it": encoded(face(), "JPEG") + _zip(),
        "jpeg pair of a stereo camera": encoded(face(), "MPO", save_all=True, append_images=[face()]),
        "png": encoded(face(), "PNG"),
        "png one pixel": encoded(Image.new("RGB", (1, 1)), "PNG"),
        "png line": encoded(Image.new("L", (200_000, 1)), "PNG"),
        "png grey": encoded(face("L"), "PNG"),
        "png grey with transparency": encoded(clear.convert("LA"), "PNG"),
        "png 16 bits": encoded(face("I").point(lambda value: value * 257).convert("I;16"), "PNG"),
        "png black and white": encoded(face("1"), "PNG"),
        "png palette": encoded(face("P"), "PNG"),
        "png palette with transparency": encoded(face("P"), "PNG", transparency=0),
        "png transparency": encoded(clear, "PNG"),
        "png animated": apng,
        "png with a page in a text": png_with_text(b"<script>alert(1)</script>"),
        "png 12 megapixels": encoded(Image.new("RGBA", (4_000, 3_000), "red"), "PNG"),
        "jpeg 12 megapixels": encoded(Image.new("RGB", (4_000, 3_000), "red"), "JPEG", progressive=True),
        "webp 12 megapixels": encoded(
            Image.new("RGB", (4_000, 3_000), "red"), "WEBP", lossless=True, method=0
        ),
    }


def many_scans(size: tuple[int, int], count: int) -> bytes:
    """Return a progressive JPEG file whose last scan is repeated ``count`` times, each a pass over the whole image."""
    good = encoded(Image.new("RGB", size, "red"), "JPEG", progressive=True)
    last = good.rindex(b"\xff\xda")
    return good[:last] + good[last:-2] * count + b"\xff\xd9"


def png_with_text(text: bytes) -> bytes:
    """Return a PNG file with a text chunk."""
    good = encoded(face(), "PNG")
    return good[:33] + chunk(b"tEXt", b"Comment\0" + text) + good[33:]


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()
