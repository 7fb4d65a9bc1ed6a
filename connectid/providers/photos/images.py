"""From the data URL a phone sends to a photo that is safe to keep (contract 5.6, E-55).

The type the phone names is not believed: the content decides. Nothing of the file survives but its pixels.
"""

import base64
import binascii
import re
import subprocess
import sys
import threading
from pathlib import Path

from connectid.providers.errors import Unavailable
from connectid.providers.photos import Photo, TooLarge, Unusable
from connectid.providers.photos import reencode as reencode_program
from connectid.providers.photos.reencode import CannotDecode, opened, reencoded

MAX_URL_LENGTH = 1_048_576  # characters of the whole data URL

# Decoding takes up to 16 bytes a pixel. Up to this size that is done here, for 32 MB at most. Larger images, which
# the app never sends, are decoded by a process of their own, one at a time, so that this one stays small.
_PIXELS_DECODED_HERE = 2_000_000
_PROGRAM = str(Path(reencode_program.__file__).resolve())
_PROGRAM_SECONDS = 5.0
_one_at_a_time = threading.Lock()

_PREFIX = re.compile(r"data:image/(?:webp|jpeg|png);base64,")
_LINE_BREAKS = str.maketrans("", "", "\r\n")


def decode_photo_url(text: str) -> Photo:
    """Return the photo in a ``data:image/(webp|jpeg|png);base64,`` URL, whose base64 may be broken into lines.

    Raises ``TooLarge`` for more than ``MAX_URL_LENGTH`` characters, ``Unusable`` for anything but a JPEG, PNG or WebP file of
    at most 12 megapixels, and ``Unavailable`` when too many large images are waiting.
    """
    if len(text) > MAX_URL_LENGTH:
        raise TooLarge("the photo is too large")
    prefix = _PREFIX.match(text)
    if prefix is None:
        raise Unusable("the photo is not a data URL of a type we take")
    try:
        content = base64.b64decode(text[prefix.end() :].translate(_LINE_BREAKS), validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("the photo is not base64") from None
    return Photo(_picture(content))


def _picture(content: bytes) -> bytes:
    try:
        image = opened(content)
        if image.width * image.height <= _PIXELS_DECODED_HERE:
            return reencoded(image)
    except CannotDecode as refusal:
        raise Unusable(str(refusal)) from None
    del image
    return _picture_of_large(content)


def _picture_of_large(content: bytes) -> bytes:
    if not _one_at_a_time.acquire(timeout=_PROGRAM_SECONDS):
        raise Unavailable("too many large photos are being decoded")
    try:
        done = subprocess.run(  # noqa: S603 - this Python and our own file
            [sys.executable, "-I", _PROGRAM],
            input=content,
            capture_output=True,
            timeout=_PROGRAM_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unusable("the image takes too long to decode") from None
    finally:
        _one_at_a_time.release()
    if done.returncode != 0:
        raise Unusable("the image cannot be decoded within the limits")
    return done.stdout
