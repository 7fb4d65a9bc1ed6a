"""A private S3 bucket for photos, over django-storages, with one client per process and one request per operation.

django-storages makes a client for each thread, which costs 10 to 300 ms and a connection pool each, and asks three
times for every file it reads. Credentials, region and endpoint come from boto3's own variables (``AWS_*``).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 3
READ_SECONDS = 10
ATTEMPTS = 2  # both at their slowest end before the phone, which waits 30 s, gives up
_MAX_BYTES = 2_097_152  # of a file read back; photos are far smaller


@deconstructible
class PhotoBucket(S3Storage):  # type: ignore[misc]  # django-storages ships no types
    """Reads, writes and deletes whole small files. Failures are ``OSError``, as those of local files."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._connecting = threading.Lock()
        self._connection: Any = None

    def get_default_settings(self) -> dict[str, Any]:
        """Return the options that the ``STORAGES`` entry does not set."""
        options: dict[str, Any] = super().get_default_settings()
        return options | {
            "default_acl": None,  # what keeps the photos private is the bucket's policy
            "file_overwrite": True,  # names are random, so nobody needs to ask first whether one is taken
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            ),
        }

    @property
    def connection(self) -> Any:
        """The process's connection. Only its ``meta.client`` is used here: boto3 clients may be shared by threads."""
        with self._connecting:
            if self._connection is None:
                self._connection = self._create_session().resource(
                    "s3",
                    region_name=self.region_name,
                    use_ssl=self.use_ssl,
                    endpoint_url=self.endpoint_url,
                    config=self.client_config,
                    verify=self.verify,
                )
            return self._connection

    def delete(self, name: str) -> None:
        """Delete the file, if there is one."""
        with _os_errors():
            self._client.delete_object(**self._address(name))

    def _save(self, name: str, content: Any) -> str:
        with _os_errors():
            self._client.put_object(
                **self._address(name), **self._get_write_parameters(name, content), Body=content.read()
            )
        return name

    def _open(self, name: str, mode: str = "rb") -> "ContentFile[bytes]":
        if mode != "rb":
            raise ValueError("photos are written by save()")
        with _os_errors():
            answer = self._client.get_object(**self._address(name))
            with answer["Body"] as body:
                if answer["ContentLength"] > _MAX_BYTES:
                    raise OSError("the object is no photo of ours")
                return ContentFile(body.read(), name=name)  # read to its end: only then is its length checked

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _address(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in {"NoSuchKey", "404"}:
            raise FileNotFoundError("there is no such object") from None
        raise OSError(f"S3 answered {code}") from error
    except (BotoCoreError, HTTPError) as error:  # boto lets a broken body through as urllib3 reports it
        raise OSError(f"S3 could not be used: {type(error).__name__}") from error
