"""The environment, read once into one frozen, typed object.

Every setting that an operator can choose is a field of :class:`Environment` and nothing else reads ``os.environ``. A field
says how its text is parsed, what it means and how to obtain a value; ``docs/reference/settings.md`` is generated from the
same declarations. :func:`load` reports every mistake at once, each with its hint.
"""

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import environs

from connectid.config import embedded_keys, env_problems, env_values
from connectid.config.env_setting import KEYS_HINT, setting
from connectid.core import keyring
from connectid.invitations import app_links, callbacks
from connectid.providers.email import url as email_url

type Mode = Literal["embedded", "production", "test"]


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Everything an operator chooses. Field names are the variables' names."""

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
        8, "Most connections that one server process keeps to PostgreSQL.", parse="int"
    )

    # SMS
    SMS_PROVIDER: str = setting(
        "", "Who sends text messages.", choices=("sandbox", "twilio"), production=True, hint="twilio"
    )
    TWILIO_ACCOUNT_SID: str = setting("", "Twilio account.")
    TWILIO_AUTH_TOKEN: str = setting("", "Twilio secret.")
    TWILIO_MESSAGING_SERVICE: str = setting(
        "", "Twilio messaging service that sends where no sender name is allowed."
    )
    TWILIO_API_URL: str = setting("https://api.twilio.com", "Twilio's API.")
    TWILIO_LOOKUPS_URL: str = setting("https://lookups.twilio.com", "Twilio's number look-ups.")
    CARRIER_LOOKUPS: bool | None = setting(
        None,
        "Look up the kind of line of invited numbers, so that no text is paid for that a landline cannot get. Twilio charges"
        " for each. Unset: only outside production, where the sandbox answers.",
        parse="bool",
    )
    EMAIL_URL: str = setting(
        "",
        "`smtp://`, `ses://`, `filemail:///dir` or `consolemail://`. Unset: the sandbox.",
        parse=email_url.checked,
        production=True,
        hint="smtp://user:password@host:587/?tls=true",
    )
    EMAIL_FROM: str = setting("PersonalID <no-reply@connectid.invalid>", "Sender of mails.")

    # Push
    PUSH_PROVIDER: str = setting(
        "", "Who delivers pushes.", choices=("sandbox", "fcm"), production=True, hint="fcm"
    )
    FCM_SERVICE_ACCOUNT: str = setting("", "Firebase's service account (JSON).", parse=env_values.key_file)
    FCM_API_URL: str = setting("https://fcm.googleapis.com", "Firebase Cloud Messaging.")
    GOOGLE_TOKEN_URL: str = setting(
        "", "Token endpoint of Google service accounts. Unset: the one in the account."
    )

    # Notifications and messages
    REMINDERS_STOP_AFTER_HOURS: int = setting(
        72,
        "Hours for which people are reminded, hourly, of a message that their phone has not fetched. 0: never.",
        parse="int",
    )
    ACKNOWLEDGED_KEPT_DAYS: int = setting(
        7, "Days for which a notification is kept that the phone acknowledged.", parse=env_values.days
    )
    UNREAD_KEPT_DAYS: int = setting(
        90, "Days for which a notification is kept that no phone acknowledged.", parse=env_values.days
    )
    MESSAGES_KEPT_DAYS: int = setting(
        90,
        "Days for which it is known that a message existed, without its content.",
        parse=env_values.days,
    )

    # Proof of phone and device
    FIREBASE_PROJECT_ID: str = setting(
        "",
        "Project whose ID tokens prove a phone number.",
        production=True,
        hint="the app's google-services.json",
    )
    FIREBASE_CERTS_URL: str = setting(
        "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
        "Certificates of Firebase ID tokens.",
    )
    FIREBASE_AUTH_EMULATOR_HOST: str = setting(
        "", "Accept the unsigned tokens of Firebase's emulator. Refused in production."
    )
    INTEGRITY_PROVIDER: str = setting(
        "", "Who judges the phone's attestation.", choices=("sandbox", "play"), production=True, hint="play"
    )
    PLAY_SERVICE_ACCOUNT: str = setting("", "Play's service account (JSON).", parse=env_values.key_file)
    PLAY_INTEGRITY_URL: str = setting("https://playintegrity.googleapis.com", "Play Integrity API.")
    INTEGRITY_STRICT: bool = setting(
        False,
        "Refuse attestations whose hash is not the body's, that were replayed or were not recognised by Play; off: log only.",
        parse="bool",
    )
    INTEGRITY_MAX_AGE: int = setting(600, "Seconds for which an attestation is fresh.", parse="int")
    ANDROID_PACKAGES: tuple[str, ...] = setting(
        ("org.commcare.dalvik", "org.commcare.dalvik.debug", "org.commcare.lts"),
        "Packages that may enrol, comma separated.",
        parse=env_values.words,
    )
    ANDROID_CERT_FINGERPRINTS: app_links.Signers = setting(
        (),
        "Signers of the apps that may open this host's links, comma separated: `org.commcare.dalvik=AA:BB:...:FF`.",
        parse=app_links.parse,
    )
    FICTITIOUS_NUMBER_PREFIXES: tuple[str, ...] = setting(
        ("+7426",),
        "Numbers for demonstrations: they never get a text and need no proof.",
        parse=env_values.words,
    )
    LEGACY_MOBILE_API: bool = setting(
        True,
        "Serve the account endpoints that only apps up to 2.56 call; `off` once no such phone is left.",
        parse="bool",
    )

    # Photos
    PHOTO_STORAGE: str = setting("local", "Where photos are kept.", choices=("local", "s3"))
    AWS_S3_PHOTO_BUCKET_NAME: str = setting(
        "", "Bucket of photos. Credentials come from boto3's own variables."
    )

    # Partners
    CONNECT_URL: str = setting(
        "", "CommCare Connect's address. Unset: the sandbox.", hint="https://connect.dimagi.com"
    )
    COMMCARE_CONNECT_CLIENT_ID: str = setting("", "Our client at CommCare Connect.")
    COMMCARE_CONNECT_CLIENT_SECRET: str = setting("", "Its secret.")
    MAPBOX_ACCESS_TOKEN: str = setting("", "Refines countries in the background. Unset: offline only.")
    MAPBOX_URL: str = setting("https://api.mapbox.com", "Mapbox geocoding.")
    BLACKLISTED_COUNTRY_CODES: frozenset[str] = setting(
        frozenset(), "ISO codes of countries whose sign-ups are refused.", parse=env_values.country_codes
    )
    OCS_URL: str = setting("https://www.openchatstudio.com", "Open Chat Studio.")
    OCS_API_KEY: str = setting("", "Key for Open Chat Studio. Unset: names are matched locally.")
    OCS_CULTURAL_NAME_BOT_ID: str = setting("", "Bot that judges names which local matching is not sure of.")
    HQ_INVITE_CALLBACKS: tuple[str, ...] = setting(
        ("https://www.commcarehq.org/a/", "https://india.commcarehq.org/a/"),
        "Addresses, with a path, below which CommCare HQ may have invitations confirmed. Empty: nowhere.",
        parse=callbacks.parse,
    )
    ALLOW_PRIVATE_CALLBACKS: bool | None = setting(
        None,
        "Let partners' addresses be http or private. Unset: only outside production.",
        parse="bool",
    )
    PARTNER_CALLS_AT_ONCE: int = setting(
        2,
        "Most calls that one worker process makes to one partner at once: fewer than it has threads, or a slow partner has them all.",
        parse="int",
    )

    PAYMENT_CHANGE_HOLD_HOURS: int = setting(
        72,
        "Hours for which the former payment number stays in force after another one is proven. 0: it changes at once.",
        parse="int",
    )

    # The sign-in pages
    SERVICE_NAME: str = setting("PersonalID", "What people know this service by, as pages call it.")
    BROWSER_SESSION_LIFETIME: int = setting(
        28_800,
        "Seconds for which a browser stays signed in, at most; closing it ends that sooner.",
        parse="int",
    )

    # Codes and locks
    LOCK_EXPIRES_AFTER_HOURS: int = setting(
        0, "Hours after which a lock for wrong backup codes ends by itself. 0: staff lift it.", parse="int"
    )
    CODE_LIFETIME: int = setting(600, "Seconds for which an SMS code is valid.", parse="int")
    EMAIL_CODE_LIFETIME: int = setting(1800, "Seconds for which an email code is valid.", parse="int")
    SMS_COUNTRIES: frozenset[str] = setting(
        frozenset(), "ISO codes of countries that get texts. Empty: all.", parse=env_values.country_codes
    )
    SMS_GLOBAL_HOURLY: int = setting(5000, "Most texts an hour to all numbers together.", parse="int")
    CREDENTIAL_TEXTS: bool = setting(False, "Tell workers by text what they were awarded.", parse="bool")
    SMS_PRICES: tuple[tuple[str, int], ...] = setting(
        (),
        "What a text costs, for the operations page: `0.04,TZ:0.03,MW:0.055`, the first for all other countries.",
        parse=env_values.prices,
    )
    SMS_COUNTRY_HOURLY: int = setting(1000, "Most texts an hour to one country calling code.", parse="int")


def load() -> Environment:
    """Read the process's variables into an :class:`Environment`; an empty variable counts as unset.

    An embedded or test server that was given no keys gets keys of its own, generated once into ``DATA_DIR/keys.env``.
    Raises :class:`~connectid.config.env_problems.EnvironmentInvalid` naming every variable at fault.
    """
    source = environs.Env(eager=False)
    given = [declared for declared in dataclasses.fields(Environment) if os.environ.get(declared.name)]
    values = {declared.name: _read(source, declared) for declared in given}
    try:
        source.seal()
    except environs.EnvValidationError as invalid:
        collected: Any = (
            invalid.error_messages
        )  # by variable; the type environs inherits also allows a plain list
        problems = {name: " ".join(texts) for name, texts in collected.items()}
    else:
        problems = {}
    environment = Environment(**{name: value for name, value in values.items() if name not in problems})
    problems = env_problems.problems_of(environment) | problems
    if problems:
        raise env_problems.EnvironmentInvalid(problems)
    return embedded_keys.fill(environment)


def _read(source: environs.Env, declared: dataclasses.Field[Any]) -> Any:
    parse = declared.metadata["parse"]
    if isinstance(parse, str):
        return getattr(source, parse)(declared.name)
    try:
        return parse(source.str(declared.name))
    except ValueError as problem:
        # environs collects only the errors of its own parsers; this one joins them.
        source._errors[declared.name].append(str(problem))
        return None


def names() -> tuple[str, ...]:
    """The names of all variables, in the order of their declaration."""
    return tuple(declared.name for declared in dataclasses.fields(Environment))
