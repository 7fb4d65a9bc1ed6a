"""A production-like fleet: two Granian workers, a worker for jobs, and every vendor faked at the HTTP boundary."""

import base64
import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import boto3
import psycopg
import redis
import requests
from moto.server import ThreadedMotoServer

from connectid.demo.phone import CLIENT_ID
from connectid.demo.surroundings import LINK
from connectid.testing import databases
from connectid.testing.ports import free_port
from connectid.testing.vendors import Vendors

BUCKET = "photos-of-workers"
LOCAL_REDIS = "redis://127.0.0.1:6379/15"
PATIENCE = 30.0

_ANDROID = ("--name", "Android", "--grant", "password", "--client-id", CLIENT_ID, "--public")
_ISSUER = ("--authority", "HQ", "--environment", "production")
_PARTNER = ("--name", "Partner", "--grant", "client-credentials")


@dataclass
class Fleet:
    """A running fleet, and the world around it as journeys see it."""

    url: str
    vendors: Vendors
    mails: Path
    bucket: Any
    client: tuple[str, str]
    environment: dict[str, str]
    hq: tuple[str, str]

    def attest(self, request_hash: str, package: str) -> str:
        """A Play Integrity token."""
        return self.vendors.attest(request_hash, package)

    def invite(self, phone_number: str) -> None:
        """Have Connect's fake say that the number was invited."""
        self.vendors.invited.add(phone_number)

    def id_token(self, phone_number: str) -> str:
        """A signed Firebase ID token."""
        return self.vendors.id_token(phone_number)

    def code_sent_to(self, recipient: str) -> str:
        """The newest code that reached ``recipient``, by Twilio's fake or in the folder of mails."""
        return self._mailed_to(recipient) if "@" in recipient else self.vendors.code_sent_to(recipient)

    def pushed_to(self, address: str) -> str:
        """The body of the newest push that reached FCM's fake for an address."""
        self.wait_until(lambda: self._pushes(address))
        return str(self._pushes(address)[-1]["data"]["body"])

    def wait_for_push(self, address: str, body: str) -> None:
        """Look for it at the fake of FCM."""
        self.wait_until(
            lambda: any(body in json.dumps(push, ensure_ascii=False) for push in self._pushes(address))
        )

    @contextlib.contextmanager
    def listening(self, name: str, addresses: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Register the partner, as an operator does."""
        options = [f"--{purpose}-url={address}" for purpose, address in addresses.items()]
        said = _run("create-message-server", self.environment, "--name", name, *options)
        made = json.loads(said.rpartition("\n")[2])
        yield made["client_id"], made["client_secret"]

    def partner(self) -> tuple[str, str]:
        """A server's client, as an operator registers one."""
        return self.client

    def link_sent_to(self, phone_number: str) -> str:
        """The newest link in a text that reached Twilio's fake."""
        self.wait_until(lambda: self._links(phone_number))
        return self._links(phone_number)[-1]

    def hq_callback(self) -> str:
        """HQ's fake."""
        return self.vendors.hq

    def told_to_hq(self, callback: str) -> dict[str, str]:
        """The newest form that reached HQ's fake."""
        told = [one for one in self.vendors.requests if callback.endswith(one.path)][-1]
        return {name: texts[0] for name, texts in told.form.items()}

    def issuer(self) -> tuple[str, str]:
        """An issuer, as an operator registers one."""
        return self.hq

    def _links(self, phone_number: str) -> list[str]:
        texts = [text.body for text in self.vendors.texts if text.to == phone_number]
        return [link for text in texts for link in LINK.findall(text)]

    def _pushes(self, address: str) -> list[dict[str, Any]]:
        return [push for push in self.vendors.pushes if push["token"] == address]

    def get(self, path: str) -> requests.Response:
        """Ask the server as anybody may."""
        return requests.get(f"{self.url}{path}", timeout=10)

    def photos(self) -> list[str]:
        """Keys of the photos in the bucket."""
        return [item["Key"] for item in self.bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def wait_until(self, holds: Callable[[], Any]) -> None:
        """Wait for what jobs do."""
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, "it did not happen in time"
            time.sleep(0.1)

    def _mailed_to(self, recipient: str) -> str:
        self.wait_until(lambda: self._codes_in_mails(recipient))
        return self._codes_in_mails(recipient)[-1]

    def _codes_in_mails(self, recipient: str) -> list[str]:
        found = []
        for file in sorted(self.mails.glob("*"), key=lambda file: file.stat().st_mtime):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if recipient in str(mail["To"]):
                body = mail.get_body()
                found += re.findall(r"\b\d{6}\b", body.get_content() if body else "")
        return found


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Fleet]:
    """Start everything on a database of its own; stop it and drop the database at the end."""
    mails = folder / "mails"
    mails.mkdir()
    with Vendors() as vendors, _bucket() as (bucket, s3), database() as database_url:
        port = free_port()
        environment = os.environ | vendors.environment() | s3 | production(database_url, mails, folder, port)
        _run("migrate", environment)
        _run("switch", environment, "email_otp_verification", "on")
        _run("create-oauth-client", environment, *_ANDROID)
        client = _registered("create-oauth-client", environment, *_PARTNER)
        hq = _registered("create-issuer", environment, *_ISSUER)
        server = _start("serve", environment, "--port", str(port), "--workers", "2")
        worker = _start("worker", environment)
        fleet = Fleet(f"http://127.0.0.1:{port}", vendors, mails, bucket, client, environment, hq)
        try:
            fleet.wait_until(lambda: _answers(fleet))
            yield fleet
        finally:
            for process in (server, worker):
                process.send_signal(signal.SIGTERM)
            assert [process.wait(30) for process in (server, worker)] == [0, 0]


def _registered(command: str, environment: dict[str, str], *options: str) -> tuple[str, str]:
    """Register a partner; return its id and secret."""
    made = json.loads(_run(command, environment, *options).rpartition("\n")[2])
    return made["client_id"], made["client_secret"]


def production(database_url: str, mails: Path, folder: Path, port: int) -> dict[str, str]:
    """The settings of a production server, less its vendors'."""

    def key() -> str:
        return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "ENVIRONMENT": "production",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder / "var"),
        "REDIS_URL": _redis_url(),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SECRET_HASH_KEYS": key(),
        "FIELD_ENCRYPTION_KEYS": key(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "EMAIL_URL": f"filemail://{mails}",
        "INTEGRITY_STRICT": "on",
        "ALLOW_PRIVATE_CALLBACKS": "on",  # the virtual partner listens on loopback
    }


def _redis_url() -> str:
    """The Redis of `TEST_REDIS_URL`, or this machine's; without either, each process remembers for itself."""
    if given := os.environ.get("TEST_REDIS_URL"):
        return given
    try:
        redis.from_url(LOCAL_REDIS, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return ""
    return LOCAL_REDIS


@contextlib.contextmanager
def _bucket() -> Iterator[tuple[Any, dict[str, str]]]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    variables = {
        "PHOTO_STORAGE": "s3",
        "AWS_S3_PHOTO_BUCKET_NAME": BUCKET,
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    client = boto3.client(
        "s3",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=BUCKET)
    try:
        yield client, variables
    finally:
        server.stop()


@contextlib.contextmanager
def database() -> Iterator[str]:
    """Make a database, and drop it at the end."""
    name = f"connectid_fleet_{secrets.token_hex(4)}"
    with databases.postgresql() as address:
        maintenance = databases.maintenance_url(address)
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                yield maintenance.rpartition("/")[0] + f"/{name}"
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _connectid() -> str:
    return str(Path(sys.prefix) / "bin" / "connectid")


def _run(command: str, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [_connectid(), command, *arguments],
        env=environment,
        check=True,
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()


def _start(command: str, environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([_connectid(), command, *arguments], env=environment)


def _answers(fleet: Fleet) -> bool:
    try:
        return fleet.get("/users/").text == "pong"
    except requests.ConnectionError:
        return False
