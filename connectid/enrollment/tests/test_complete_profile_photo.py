"""POST /users/complete_profile: the photo (contract 5.6, E-55)."""

import base64
import io

import pytest
from django.core.files.storage import storages
from PIL import Image

from connectid.accounts.models import Account, PendingPhoto
from connectid.enrollment.tests.completing import PATH, PHOTO, account_of, profile
from connectid.enrollment.tests.conftest import Post
from connectid.jobs.draining import run_pending
from connectid.testing.scene import new_session


def test_a_photo_that_is_too_large(post: Post) -> None:
    """5.6, row 500 FILE_TOO_LARGE: more than 1 MiB of data URL."""
    photo = "data:image/png;base64," + "A" * (1024 * 1024)
    answer = post(PATH, profile(photo=photo), **new_session(proven=True).headers)
    assert (answer.status_code, answer.json()) == (500, {"error": "FILE_TOO_LARGE"})


@pytest.mark.parametrize(
    "photo",
    [
        "x",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:image/png;base64,!!!!",
        "data:image/png;base64,aGVsbG8=",
    ],
)
def test_a_photo_that_is_none(post: Post, photo: str) -> None:
    """5.6, row 500 FAILED_TO_UPLOAD; E-55. Nothing is half-written."""
    opened = new_session(proven=True)
    answer = post(PATH, profile(photo=photo), **opened.headers)
    assert (answer.status_code, answer.json()) == (500, {"error": "FAILED_TO_UPLOAD"})
    assert not Account.objects.filter(phone_number=opened.session.phone_number).exists()


def test_a_body_over_the_limit(post: Post) -> None:
    answer = post(PATH, profile(photo="A" * 1_600_000), **new_session(proven=True).headers)
    assert (answer.status_code, answer.json()) == (413, {"error": "REQUEST_TOO_LARGE"})


def test_base64_may_be_broken_into_lines(post: Post) -> None:
    """5.6: "may contain newlines"."""
    head, _, content = PHOTO.partition(",")
    lines = "\n".join(content[start : start + 76] for start in range(0, len(content), 76))
    answer = post(PATH, profile(photo=f"{head},{lines}\n"), **new_session(proven=True).headers)
    assert answer.status_code == 200


def test_the_photo_is_encoded_anew_and_served_as_the_app_expects(post: Post) -> None:
    """A job moves it to the store; before and after it is served as a data URL."""
    picture = Image.new("RGB", (300, 200), "#226633")
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    picture.save(content, "JPEG", exif=exif)
    opened = new_session(proven=True)
    photo = "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()
    post(PATH, profile(photo=photo), **opened.headers)
    other = new_session(proven=True, is_invited=True, phone_number=opened.session.phone_number)
    before = post("/users/check_name", {"name": "x"}, **other.headers).json()["photo"]
    run_pending()
    account = account_of(opened)
    assert account.photo_key
    assert not PendingPhoto.objects.exists()
    after = post("/users/check_name", {"name": "x"}, **other.headers).json()["photo"]
    assert before == after
    assert after.startswith("data:image/webp;base64,")
    with storages["photos"].open(account.photo_key) as file:
        stored = file.read()
    assert b"secret place" not in stored
    assert Image.open(io.BytesIO(stored)).size == (300, 200)
