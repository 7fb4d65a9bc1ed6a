"""One suite for photos kept in local files and in an S3 bucket (contract 5.5, 5.6; E-55)."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from django.test import override_settings
from moto.server import ThreadedMotoServer

from connectid.config.storages import photo_storage
from connectid.providers import photos
from connectid.providers.errors import Rejected, Unavailable
from connectid.providers.photos import Photo, PhotoStore
from connectid.providers.photos.s3 import PhotoBucket
from connectid.testing.at_once import at_once
from connectid.testing.fake_http import Answer, FakeHttpServer, Received

PHOTO = Photo(b"RIFF....WEBP and so on")
BUCKET = "photos-of-workers"


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    """An S3 service with our bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    admin = boto3.session.Session("testing", "testing", region_name="eu-west-1").client(
        "s3", endpoint_url=url
    )
    admin.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    yield url
    server.stop()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Credentials and region in boto3's own variables, as in a deployment, and nothing from this machine's files."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return monkeypatch


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PhotoStore]:
    if request.param == "s3":
        request.getfixturevalue("aws").setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3_url"))
    entry = photo_storage(kind=request.param, data_dir=tmp_path, bucket_name=BUCKET)
    with override_settings(STORAGES={"photos": entry}):
        yield photos.pick()


def saved(store: PhotoStore) -> str:
    """Keep the photo under a key of its own."""
    key = photos.new_key()
    store.save(key, PHOTO)
    return key


def test_saving_twice_under_one_key_keeps_one_photo(store: PhotoStore) -> None:
    key = saved(store)
    store.save(key, PHOTO)
    assert store.load_data_url(key) == PHOTO.data_url


def test_what_was_saved_is_loaded(store: PhotoStore) -> None:
    key = saved(store)
    assert store.load_data_url(key) == PHOTO.data_url


def test_each_photo_has_a_key_of_its_own_that_says_nothing(store: PhotoStore) -> None:
    keys = {saved(store) for _ in range(5)}
    assert len(keys) == 5
    for key in keys:
        assert re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{62}\.webp", key)


def test_a_deleted_photo_is_gone(store: PhotoStore) -> None:
    key = saved(store)
    store.load_data_url(key)
    store.delete(key)
    with pytest.raises(Rejected):
        store.load_data_url(key)
    store.delete(key)


def test_an_unknown_key_is_rejected_and_not_taken_for_an_outage(store: PhotoStore) -> None:
    for _ in range(8):  # more than the failures that open the breaker
        with pytest.raises(Rejected):
            store.load_data_url("00/00.webp")
    assert store.load_data_url(saved(store)) == PHOTO.data_url


def test_a_photo_is_read_from_the_storage_once(store: PhotoStore) -> None:
    key = saved(store)
    store.load_data_url(key)
    storages["photos"].delete(key)
    assert store.load_data_url(key) == PHOTO.data_url


def test_threads_share_the_store(store: PhotoStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(saved, [store] * 40))
        loaded = list(pool.map(store.load_data_url, keys))
    assert len(set(keys)) == 40
    assert set(loaded) == {PHOTO.data_url}


def test_local_photos_are_readable_by_the_server_alone(tmp_path: Path) -> None:
    entry = photo_storage(kind="local", data_dir=tmp_path, bucket_name="")
    with override_settings(STORAGES={"photos": entry}):
        key = saved(photos.pick())
        file = tmp_path / "photos" / key
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file where the folder should be")
    entry = photo_storage(kind="local", data_dir=tmp_path, bucket_name="")
    with override_settings(STORAGES={"photos": entry}):
        with pytest.raises(Unavailable):
            saved(photos.pick())
        with pytest.raises(Unavailable):
            photos.pick().load_data_url("00/00.webp")


def test_an_object_has_its_type_and_no_public_grant(aws: pytest.MonkeyPatch) -> None:
    with FakeHttpServer(lambda _: Answer(200)) as s3, bucket_at(s3.url, aws):
        saved(photos.pick())
        [request] = s3.requests
    assert request.method == "PUT"
    assert request.path.startswith(f"/{BUCKET}/")
    assert request.headers["Content-Type"] == "image/webp"
    assert not [name for name in request.headers if name.lower().startswith(("x-amz-acl", "x-amz-grant"))]
    assert PHOTO.content in request.body


def test_every_operation_is_one_request_of_one_shared_client(aws: pytest.MonkeyPatch) -> None:
    def respond(request: Received) -> Answer:
        return Answer(200, PHOTO.content) if request.method == "GET" else Answer(200)

    with FakeHttpServer(respond) as s3, bucket_at(s3.url, aws):
        store = photos.pick()
        clients = []

        def use() -> None:
            key = saved(store)
            store.load_data_url(key)
            store.delete(key)
            clients.append(s3_client())

        at_once(*[use] * 4)
        assert len(s3.requests) == 12
        assert len(set(map(id, clients))) == 1


@pytest.mark.parametrize(
    "answer", [Answer(503), Answer(500), Answer(403), Answer(reset=True), Answer(200, b"x" * 99, cut_after=9)]
)
def test_an_answer_that_is_no_use_is_unavailable(answer: Answer, aws: pytest.MonkeyPatch) -> None:
    with FakeHttpServer(lambda _: answer) as s3, bucket_at(s3.url, aws):
        store = photos.pick()
        with pytest.raises(Unavailable):
            store.load_data_url("00/00.webp")
        if answer.status != 200 or answer.reset:
            with pytest.raises(Unavailable):
                saved(store)
            with pytest.raises(Unavailable):
                store.delete("00/00.webp")


def test_a_storage_that_cannot_be_reached_is_left_alone_after_a_while(aws: pytest.MonkeyPatch) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        with bucket_at(f"http://127.0.0.1:{reserved.getsockname()[1]}", aws):
            store = photos.pick()
            failures = []
            for _ in range(6):
                with pytest.raises(Unavailable) as caught:
                    saved(store)
                failures.append(caught.value)
    assert failures[0].retry_after is None
    assert failures[-1].retry_after is not None


def test_the_time_limits_reach_the_client(aws: pytest.MonkeyPatch) -> None:
    with bucket_at("http://127.0.0.1:9", aws):
        config = s3_client().meta.config
    assert (config.connect_timeout, config.read_timeout) == (3, 10)
    assert config.retries["total_max_attempts"] == 2


def bucket_at(url: str, aws: pytest.MonkeyPatch) -> override_settings:
    """Use a bucket at the S3 service of this address."""
    aws.setenv("AWS_ENDPOINT_URL", url)
    return override_settings(
        STORAGES={"photos": photo_storage(kind="s3", data_dir=Path(), bucket_name=BUCKET)}
    )


def s3_client() -> Any:
    """Return the client behind the storage in use."""
    bucket = storages["photos"]
    assert isinstance(bucket, PhotoBucket)
    return bucket.connection.meta.client
