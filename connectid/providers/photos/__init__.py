"""Photos: the picture a worker enrols with, from the phone's data URL to private storage and back (contract 5.6, 5.11).

``images.decode_photo_url`` turns what the phone sent into a ``Photo`` that is safe to keep and to show;
``pick()`` returns the store it is kept in.
"""

import base64
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.core.signals import setting_changed

from connectid.core import secrets
from connectid.providers.errors import Rejected

CONTENT_TYPE = "image/webp"


class TooLarge(Rejected):
    """The data URL is longer than the contract allows (5.6: ``FILE_TOO_LARGE``)."""


class Unusable(Rejected):
    """What was sent is not a photo we can use (5.6: ``FAILED_TO_UPLOAD``)."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A WebP picture that we encoded ourselves: of bounded size, upright, a single frame, without metadata."""

    content: bytes

    @property
    def data_url(self) -> str:
        """The photo in the form the app reads (contract 5.5)."""
        return f"data:{CONTENT_TYPE};base64,{base64.b64encode(self.content).decode('ascii')}"


class PhotoStore(Protocol):
    """Keeps photos where only this server can read them. What is kept under a key never changes.

    Every method raises ``Unavailable`` when the storage cannot be reached or fails.
    """

    def save(self, key: str, photo: Photo) -> None:
        """Keep ``photo`` under ``key`` (:func:`new_key`). Saving it a second time changes nothing."""

    def load_data_url(self, key: str) -> str:
        """Return the photo in the form the app reads; raises ``Rejected`` when there is none under ``key``."""

    def delete(self, key: str) -> None:
        """Forget the photo; it is no error if there is none under ``key``."""


def new_key() -> str:
    """Return a key for a new photo: random, so that it says nothing about whose it is.

    The caller stores it before the photo is saved, so that a save can be repeated and none is forgotten.
    """
    name = secrets.new_token()
    return f"{name[:2]}/{name}.webp"  # folders, because some file systems are slow with one that holds everything


@cache
def pick() -> PhotoStore:
    """Return the process's store, over the storage that ``STORAGES`` calls ``photos``."""
    from connectid.providers.photos.storage import StoredPhotos

    return StoredPhotos()


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting == "STORAGES":
        pick.cache_clear()


setting_changed.connect(_forget_choice)
