"""Settings of the server itself: how it runs, its keys, where it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from connectid.config import env_values
from connectid.config.env_setting import KEYS_HINT, setting
from connectid.core import keyring

type Mode = Literal["embedded", "production", "test"]


@dataclass(frozen=True, kw_only=True)
class Server:
    """How this server runs, what it signs and encrypts with, and where its database and neighbours are."""

    ENVIRONMENT: Mode = setting(
        "embedded",
        "`embedded` needs nothing else and uses sandboxes; `production` refuses anything insecure; `test` is for the test suite.",
        choices=("embedded", "production", "test"),
    )
    DATA_DIR: Path = setting(
        Path("var"),
        "Folder of what an embedded server keeps: its SQLite file, keys and photos.",
        parse="path",
    )
    DEBUG: bool = setting(False, "Django's debug pages. Never in production.", parse="bool")

    # Keys
    SECRET_KEY: str = setting(
        "", "Signs admin sessions and form tokens.", production=True, hint="any 50 random characters"
    )
    SECRET_HASH_KEYS: keyring.KeyRing | None = setting(
        None,
        "Keys of the digests of server-made secrets and the pepper of memorised ones: `id:base64,id:base64`, the first is current.",
        parse=keyring.parse,
        production=True,
        hint=KEYS_HINT,
    )
    FIELD_ENCRYPTION_KEYS: keyring.KeyRing | None = setting(
        None,
        "Keys that encrypt recoverable secrets at rest (storage keys, callback keys): `id:base64,id:base64`, the first is current.",
        parse=keyring.parse,
        production=True,
        hint=KEYS_HINT,
    )
    OIDC_RSA_PRIVATE_KEY: str = setting(
        "",
        "The first key that signs id tokens, PEM; afterwards keys are in the database. Unset: the server makes one.",
        parse=env_values.rsa_private_key,
    )

    # Where the server stands
    DATABASE_URL: str = setting(
        "",
        "`postgres://user:password@host/name`, or `sqlite:///path`. Unset: SQLite in `DATA_DIR`.",
        production=True,
        hint="postgres://user:password@host:5432/connectid",
    )
    REPLICA_URLS: tuple[str, ...] = setting(
        (),
        "Read replicas of PostgreSQL, comma separated; with more than one process they need `REDIS_URL`.",
        parse=env_values.words,
    )
    REDIS_URL: str = setting("", "Shared cache and rate limiter. Unset: each process has its own.")
    CELERY_BROKER_URL: str = setting(
        "",
        "Broker that carries the ids of jobs to Celery's workers: `amqp://`, `redis://`, `sentinel://` or `sqs://`. Unset:"
        " `connectid worker` takes them from the database.",
        parse=env_values.broker,
    )
    CELERY_QUEUE_PREFIX: str = setting(
        "connectid",
        "What our queues' names at the broker begin with; deployments that share a broker differ in it.",
    )
    ALLOWED_HOSTS: tuple[str, ...] = setting(
        (),
        "Host names that the server answers to.",
        parse=env_values.words,
        production=True,
        hint="connectid.example.org",
    )
    TRUSTED_PROXIES: tuple[str, ...] = setting(
        (),
        "Proxies whose X-Forwarded-For is believed: networks (`10.0.0.0/8`), `unix`, or one number of proxies.",
        parse=env_values.proxies,
    )
    PUBLIC_URL: str = setting(
        "http://127.0.0.1:8000",
        "The address under which phones reach the server, without a trailing slash.",
        production=True,
        hint="https://connectid.example.org",
    )
    METRICS_TOKEN: str = setting("", "Bearer token that may read `/metrics` from any address.")
    LOG_LEVEL: str = setting(
        "INFO", "Least severity that is logged.", choices=("DEBUG", "INFO", "WARNING", "ERROR")
    )
    SENTRY_DSN: str = setting("", "Where unexpected exceptions are reported.")
    RATE_LIMITS: bool = setting(
        True, "`off` for load tests. Counters of codes and backup codes stay on.", parse="bool"
    )
    DATABASE_POOL_SIZE: int = setting(
        8,
        "Most connections that one server process keeps to PostgreSQL for its requests; each thread of its jobs keeps one besides.",
        parse="int",
    )
    QUEUE_LENGTH: int = setting(
        256,
        "Requests that wait for their turn in one server process; the next is answered 503 at once. `0`: all wait, however many.",
        parse="int",
    )
    QUEUE_SECONDS: float = setting(
        1.0,
        "Longest that a request waits for its turn before it is answered 503; a tenth of it while the queue does not empty.",
        parse="float",
    )
    DATABASE_STATEMENT_TIMEOUT: int = setting(
        10,
        "Seconds after which PostgreSQL ends a statement of a request, which is then answered 503; 0: never. Not for jobs"
        " and commands.",
        parse="int",
    )
    DATABASE_LOCK_TIMEOUT: int = setting(
        3, "Seconds that a statement of a request waits for a lock, likewise; 0: for ever.", parse="int"
    )
    DATABASE_DIRECT_URL: str = setting(
        "",
        "Where `DATABASE_URL` leads to PgBouncer: the address of PostgreSQL itself, for jobs and commands. Requests then take"
        " their limits of time from PgBouncer.",
    )
    DATABASE_PREPARED_STATEMENTS: bool = setting(
        True,
        "`off` behind a PgBouncer older than 1.22, or one with `max_prepared_statements = 0`.",
        parse="bool",
    )
