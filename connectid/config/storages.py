"""Where files are kept: entries of Django's ``STORAGES``."""

from pathlib import Path
from typing import Any


def photo_storage(*, kind: str, data_dir: Path, bucket_name: str) -> dict[str, Any]:
    """Return the entry ``photos``, for ``PHOTO_STORAGE``, ``DATA_DIR`` and ``AWS_S3_PHOTO_BUCKET_NAME``.

    Local photos are readable by the server's own user alone.
    """
    if kind == "s3":
        return {
            "BACKEND": "connectid.providers.photos.s3.PhotoBucket",
            "OPTIONS": {"bucket_name": bucket_name},
        }
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(data_dir / "photos"),
            "allow_overwrite": True,  # a save that was cut short is repeated under the same key
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
