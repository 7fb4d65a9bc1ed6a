"""Makes a small, upright WebP picture of an image file from anywhere, or fails.

Needs Pillow and nothing else of this project, because it also runs as a program of its own: it reads a file from
standard input and writes the picture to standard output, under limits of memory and time that the kernel enforces.
"""

import contextlib
import io
import resource
import sys

from PIL import Image, PngImagePlugin

MAX_SIDE = 512  # pixels; the app sends photos of at most 160 a side
MAX_PIXELS = 12_000_000
MAX_SCANS = 50  # of a JPEG file; progressive encoders use about ten, and every further one costs a pass over the image
_QUALITY = 85
_MEMORY = 640 * 1024 * 1024  # bytes of address space for the program, of which it touches less than half
_CPU_SECONDS = 1

# Pillow unpacks the text chunks of a PNG file when it opens it. Nobody reads them here; by default they may take 64 MiB.
PngImagePlugin.MAX_TEXT_MEMORY = 2 * 1024 * 1024

_UPRIGHT = {  # EXIF orientation (CIPA DC-008, 4.6.4) to what sets the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class CannotDecode(Exception):
    """The file is not an image we take."""


def opened(content: bytes) -> Image.Image:
    """Return the image with its size known and no pixel decoded; raises ``CannotDecode``."""
    # In the data of a JPEG scan 0xFF is always followed by zero or a restart marker, so this counts the scans.
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MAX_SCANS:
        raise CannotDecode("the JPEG file has too many scans")
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    except Exception as error:  # Pillow raises many kinds for a broken file, and each means the same
        raise CannotDecode("the file cannot be opened as JPEG, PNG or WebP") from error
    if image.width * image.height > MAX_PIXELS:
        raise CannotDecode("the image has too many pixels")
    return image


def reencoded(image: Image.Image) -> bytes:
    """Return the first frame as a WebP file: upright, at most ``MAX_SIDE`` a side, on white, without metadata."""
    try:
        # Lets the JPEG decoder skip pixels we would throw away.
        image.draft("RGB", (2 * MAX_SIDE, 2 * MAX_SIDE))
        # Before anything else loads it: Pillow reports a broken file only once, then gives black pixels.
        image.load()
        turn = _UPRIGHT.get(_orientation(image))
        picture = _eight_bits(image)
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture = _opaque(picture)
        if turn is not None:
            picture = picture.transpose(turn)
        # A new image, because the old one still knows whatever else was in the file.
        clean = Image.frombytes("RGB", picture.size, picture.tobytes())
        out = io.BytesIO()
        clean.save(out, "WEBP", quality=_QUALITY, method=4)
        return out.getvalue()
    except Exception as error:  # as above
        raise CannotDecode("the image cannot be decoded") from error


def _orientation(image: Image.Image) -> int:
    with contextlib.suppress(Exception):  # a photo with broken metadata is still a photo
        return int(image.getexif().get(0x0112, 1))
    return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the image with eight bits a channel, which is what can be scaled smoothly."""
    if image.mode.startswith("I"):  # 16-bit grey
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"1", "P", "PA"}:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("RGB")


def _main() -> int:
    # Some systems do not know the first limit; the caller's own time limit remains.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 1))
    try:
        picture = reencoded(opened(sys.stdin.buffer.read()))
    except CannotDecode:
        return 1
    sys.stdout.buffer.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
