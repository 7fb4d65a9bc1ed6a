"""Contract 5.6, 5.11 and E-55: what becomes of the data URL a phone sends, hostile files among them."""

import base64
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageStat

from connectid.providers.photos import Photo, TooLarge, Unusable
from connectid.providers.photos.images import MAX_URL_LENGTH, decode_photo_url
from connectid.providers.photos.tests import files

# Pillow warns about broken metadata, which is not our concern: nothing reads it.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

HOSTILE = files.hostile()
ODD = files.odd()
SHAPELESS = {"png one pixel", "png line"}


def url(content: bytes, kind: str = "webp") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def brightness(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Return the mean brightness of a part, from 0 to 255."""
    return ImageStat.Stat(image.convert("L").crop(box)).mean[0]


def picture(photo: Photo) -> Image.Image:
    return Image.open(io.BytesIO(photo.content), formats=("WEBP",))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_whatever_it_calls_itself(name: str) -> None:
    for kind in ("webp", "jpeg", "png"):
        with pytest.raises(Unusable):
            decode_photo_url(url(HOSTILE[name], kind))


@pytest.mark.parametrize("name", ODD)
def test_a_lawful_file_becomes_a_small_webp_picture_of_pixels_alone(name: str) -> None:
    photo = decode_photo_url(url(ODD[name]))
    image = picture(photo)
    assert image.mode == "RGB"
    assert image.size[0] <= 512
    assert image.size[1] <= 512
    assert not getattr(image, "is_animated", False)
    assert not image.getexif()
    assert photo.content[12:16] == b"VP8 ", "a chunk for metadata would make it VP8X"
    for foreign in (b"<script", b"PK\x03\x04", b"taken at", b"by me"):
        assert foreign not in photo.content


@pytest.mark.parametrize("name", [name for name in ODD if "mega" not in name and name not in SHAPELESS])
def test_the_picture_is_still_to_be_recognised(name: str) -> None:
    image = picture(decode_photo_url(url(ODD[name])))
    left, right = brightness(image, (0, 0, 10, 120)), brightness(image, (150, 0, 160, 120))
    if "transparency" not in name:  # there the dark side is transparent, which shows the white paper
        assert left < 60
    assert right > 180


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_set_upright(orientation: int, kind: str) -> None:
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste("black", (0, 0, 20, 20))  # top left
    turned = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    stored = upright if turned is None else upright.transpose(turned)
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = picture(decode_photo_url(url(files.encoded(stored, kind, exif=exif))))
    assert result.size == (60, 40)
    corners = [(0, 0, 10, 10), (50, 0, 60, 10), (0, 30, 10, 40), (50, 30, 60, 40)]
    assert [brightness(result, corner) < 128 for corner in corners] == [True, False, False, False]


def test_a_large_picture_is_scaled_down_in_proportion() -> None:
    result = picture(decode_photo_url(url(files.encoded(files.face(size=(2_000, 500)), "JPEG"))))
    assert result.size == (512, 128)


def test_a_picture_that_is_too_large_to_be_decoded_here_comes_out_the_same() -> None:
    here = decode_photo_url(url(files.encoded(files.face(size=(2_000, 1_000)), "JPEG")))
    elsewhere = decode_photo_url(url(files.encoded(files.face(size=(2_002, 1_001)), "JPEG")))
    assert picture(here).size == (512, 256)
    assert picture(elsewhere).size == (512, 256)


def test_a_large_file_that_takes_too_much_to_decode_is_refused() -> None:
    # Within the count of scans and of pixels, and broken where only decoding finds it.
    file = files.encoded(files.face(size=(3_000, 1_000)), "PNG")
    with pytest.raises(Unusable):
        decode_photo_url(url(file[: len(file) - 2_000]))


@pytest.mark.parametrize("separator", ["\n", "\r\n"])
def test_base64_may_be_broken_into_lines(separator: str) -> None:
    # contract 5.6: Android's default encoder does
    content = base64.encodebytes(ODD["jpeg"]).decode().replace("\n", separator)
    assert picture(decode_photo_url(f"data:image/jpeg;base64,{content}")).size == (160, 120)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "data:",
        "data:image/webp;base64",
        "data:image/webp;base64,",
        "data:image/webp;base64,====",
        "data:image/webp;base64,AAA",
        "data:image/webp;base64,AA-_",
        "data:image/webp;base64,AA AA",
        "data:image/webp;base64,\ud800",
        "data:image/webp;base64,éééé",
        "data:image/webp;charset=utf-8;base64,AAAA",
        "data:image/webp,AAAA",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "data:image/../../x;base64,AAAA",
        "data:text/html;base64,PGI+",
        " " + url(ODD["jpeg"]),
        "\n" + url(ODD["jpeg"]),
        url(ODD["jpeg"]).upper(),
        url(ODD["jpeg"]) + "!",
        "https://example.org/photo.webp",
    ],
)
def test_a_text_that_is_no_photo_url_is_refused(text: str) -> None:
    # E-55: a 500 outside every handler on the reference
    with pytest.raises(Unusable):
        decode_photo_url(text)


def test_the_limit_counts_the_characters_of_the_url() -> None:  # contract 5.6: 1 MiB
    start = "data:image/webp;base64,"
    with pytest.raises(Unusable):
        decode_photo_url(start + "A" * (MAX_URL_LENGTH - len(start)))
    with pytest.raises(TooLarge):
        decode_photo_url(start + "A" * (MAX_URL_LENGTH - len(start) + 1))


def test_the_data_url_is_what_the_app_reads() -> None:  # contract 5.5
    photo = decode_photo_url(url(ODD["png"], "png"))
    start, _, content = photo.data_url.partition(",")
    assert start == "data:image/webp;base64"
    assert base64.b64decode(content, validate=True) == photo.content
    assert picture(decode_photo_url(photo.data_url)).size == (160, 120)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(
        ["jpeg progressive", "png palette", "webp animated", "jpeg with metadata", "png transparency"]
    ),
    edits=st.lists(
        st.tuples(st.integers(0, 4_000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6
    ),
)
def test_a_damaged_file_is_taken_or_refused_and_nothing_else(
    name: str, edits: list[tuple[int, bytes]]
) -> None:
    damaged = bytearray(ODD[name])
    for position, change in edits:
        at = position % len(damaged)
        damaged[at : at + len(change)] = change
    try:
        photo = decode_photo_url(url(bytes(damaged)))
    except Unusable:
        return
    assert picture(photo).format == "WEBP"


def test_no_file_makes_this_process_grow() -> None:  # less than 100 MB, whatever it claims to be
    program = """
import base64, contextlib, os, warnings
warnings.simplefilter("ignore")
from django.conf import settings
settings.configure()
from connectid.providers.photos.images import Unusable, decode_photo_url
from connectid.providers.photos.tests import files

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

everything = [*files.hostile().values(), *files.odd().values(), files.many_scans((2_000, 1_000), 30)]
everything += [files.encoded(files.face("RGBA", (2_000, 1_000)), "WEBP", lossless=True, method=0)]
with open("/proc/self/clear_refs", "w") as reset:
    reset.write("5")
before = peak()
for content in everything:
    with contextlib.suppress(Unusable):
        decode_photo_url("data:image/png;base64," + base64.b64encode(content).decode())
print(peak() - before)
"""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("needs Linux to measure memory")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 100 * 1024, f"grew by {int(done.stdout) // 1024} MB"
