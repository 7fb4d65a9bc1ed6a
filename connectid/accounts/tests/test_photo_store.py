"""Moving photos to the store by several workers at once."""

from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client

from connectid.accounts.models import PendingPhoto
from connectid.accounts.operations import photo as operations
from connectid.demo.surroundings import portrait
from connectid.jobs.draining import run_pending
from connectid.providers import photos
from connectid.providers.photos import Photo
from connectid.providers.photos.storage import StoredPhotos
from connectid.testing.scene import EnrolledPhone, new_phone

pytestmark = pytest.mark.django_db


class Interrupted(StoredPhotos):
    """A store during whose first save something else happens."""

    def __init__(self, meanwhile: Any) -> None:
        super().__init__()
        self._meanwhile = [meanwhile]

    def save(self, key: str, photo: Photo) -> None:
        super().save(key, photo)
        if self._meanwhile:
            self._meanwhile.pop()()


@pytest.fixture
def phone() -> EnrolledPhone:
    return new_phone()


def replace_photo(phone: EnrolledPhone, colour: str) -> None:
    answer = Client().post(
        "/users/update_profile",
        {"photo": portrait(colour)},
        content_type="application/json",
        headers=phone.headers,
    )
    assert answer.status_code == 200


def kept_files(phone: EnrolledPhone) -> list[str]:
    """Every file in the store that this test made, and that the account shows the only one."""
    run_pending()
    phone.account.refresh_from_db()
    assert not PendingPhoto.objects.exists()
    assert storages["photos"].exists(phone.account.photo_key)
    return [key for key in KEYS if storages["photos"].exists(key)]


KEYS: list[str] = []


@pytest.fixture(autouse=True)
def note_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    make = photos.new_key

    def new_key() -> str:
        KEYS.append(make())
        return KEYS[-1]

    KEYS.clear()
    monkeypatch.setattr(photos, "new_key", new_key)


def test_two_jobs_of_one_photo_leave_it_there(phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two photos in a hurry make two jobs, and two workers may both find the second photo."""
    replace_photo(phone, "#226633")
    replace_photo(phone, "#aa5533")
    pending = PendingPhoto.objects.get()
    store = Interrupted(lambda: operations.store(pending_id=pending.pk))
    monkeypatch.setattr(photos, "pick", lambda: store)
    operations.store(pending_id=pending.pk)
    assert kept_files(phone) == [KEYS[1]]


def test_a_photo_that_is_replaced_while_it_is_stored_is_deleted(
    phone: EnrolledPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_photo(phone, "#226633")
    pending = PendingPhoto.objects.get()
    store = Interrupted(lambda: replace_photo(phone, "#aa5533"))
    monkeypatch.setattr(photos, "pick", lambda: store)
    operations.store(pending_id=pending.pk)
    assert kept_files(phone) == [KEYS[1]]


def test_a_job_that_died_before_it_was_done_is_repeated(phone: EnrolledPhone) -> None:
    replace_photo(phone, "#226633")
    pending = PendingPhoto.objects.get()
    photos.pick().save(pending.key, Photo(bytes(pending.content)))
    assert kept_files(phone) == [KEYS[0]]
