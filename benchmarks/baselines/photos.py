"""Item 10: photos that are stored and read, at an S3 that speaks HTTP in this process and answers at once."""

from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile

from connectid.providers.photos.s3 import PhotoBucket
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

PHOTO = b"RIFF" + 20_000 * b"x"
"""As many bytes as ours have."""
BUCKET, REGION = "photos", "eu-west-1"
KEY, SECRET = "bench", "bench-secret"


@dataclass(frozen=True)
class Photos:
    """So many photos, where they are kept, and the client that a process of ours has by then."""

    count: int
    server: FakeHttpServer
    bucket: PhotoBucket

    @property
    def names(self) -> list[str]:
        """Where each is kept."""
        return [f"photo-{number}.webp" for number in range(self.count)]


def photos(count: int) -> Photos:
    """Start the S3, and make our client."""
    kept: dict[str, bytes] = {}

    def answer(received: Received) -> Answer:
        if received.method == "PUT":
            kept[received.path] = received.body
            return Answer(headers={"ETag": '"1"'})
        return Answer(body=kept[received.path], headers={"ETag": '"1"'})

    server = FakeHttpServer(answer)
    server.start()
    bucket = PhotoBucket(
        bucket_name=BUCKET, region_name=REGION, endpoint_url=server.url, access_key=KEY, secret_key=SECRET
    )
    bucket.save("first.webp", ContentFile(PHOTO))
    return Photos(count, server, bucket)


def new_client_each(given: Photos) -> list[bytes]:
    """A client, and with it a connection, whenever a photo is stored or read."""
    found = []
    for name in given.names:
        _client(given).put_object(Bucket=BUCKET, Key=name, Body=PHOTO)
        found.append(_client(given).get_object(Bucket=BUCKET, Key=name)["Body"].read())
    return found


def one_client(given: Photos) -> list[bytes]:
    """The process's client, which keeps its connections."""
    found = []
    for name in given.names:
        given.bucket.save(name, ContentFile(PHOTO))
        found.append(given.bucket.open(name).read())
    return found


def _client(given: Photos) -> Any:
    import boto3

    return boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=given.server.url,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )
