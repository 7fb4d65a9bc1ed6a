"""The photo store over Django's storages: local files, or an S3 bucket (``connectid.config.storages``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from connectid.providers._watch import Watch
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.photos import CONTENT_TYPE, Photo

log = structlog.get_logger(__name__)

ALIAS = "photos"
_REMEMBERED = 64  # data URLs; a photo has 512 pixels a side at most, so even the worst of them together stay below 30 MB


class StoredPhotos:
    """Keeps each photo as one file under a random name. Safe to use from many threads."""

    def __init__(self) -> None:
        self._watch = Watch("photos")
        # A key is never used for a second photo, so what was read once stays right.
        self._remembered = lru_cache(_REMEMBERED)(self._read)

    def save(self, key: str, photo: Photo) -> None:
        """Keep ``photo`` under ``key``; see ``PhotoStore.save``."""
        content = ContentFile(photo.content)
        content.content_type = CONTENT_TYPE  # type: ignore[attr-defined]  # where django-storages looks for it
        with self._storage_call():
            storages[ALIAS].save(key, content)

    def load_data_url(self, key: str) -> str:
        """Return the photo in the form the app reads; see ``PhotoStore.load_data_url``."""
        return self._remembered(key)

    def delete(self, key: str) -> None:
        """Forget the photo; see ``PhotoStore.delete``."""
        with self._storage_call():
            storages[ALIAS].delete(key)
        self._remembered.cache_clear()

    def _read(self, key: str) -> str:
        with self._storage_call(), storages[ALIAS].open(key) as file:
            return Photo(file.read()).data_url

    @contextmanager
    def _storage_call(self) -> Iterator[None]:
        with self._watch.call():
            try:
                yield
            except FileNotFoundError:
                raise Rejected("there is no such photo") from None
            except OSError as error:
                log.warning("photo_storage_failed", reason=type(error).__name__)
                raise Unavailable("the photo storage failed") from error
