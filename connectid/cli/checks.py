"""What ``connectid doctor`` looks at. Each check answers in a few statements and changes nothing that lasts."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectid.cli import check_database
from connectid.cli.finding import Finding, Status

LARGEST_SKEW = 5.0
"""Seconds by which this machine's clock may differ from the database's: codes live for minutes, webhooks for five."""

ASKING_FCM = 10.0
"""Seconds for FCM to judge a push to nobody, which shows whether it accepts our service account."""

LONGEST_WAIT = timedelta(minutes=5)
"""How long a job that may run can wait before it looks as though nobody runs jobs."""

OLDEST_SIGNING_KEY = timedelta(days=400)
"""A key that signs id tokens is rotated about once a year."""


def findings(*, count_keys: bool) -> Iterator[Finding]:
    """Run every check of a server whose environment is valid; a check that breaks has failed."""
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("keys", _keys),
        ("providers", _providers),
        ("folder", _folder),
        ("database", check_database.reached),
        ("migrations", check_database.migrations),
        ("limits of time", check_database.limits_of_time),
        ("clock", _clock),
        ("cache", _cache),
        ("jobs", _jobs),
        ("broker", _broker),
        ("clients", _clients),
        ("id tokens", _id_tokens),
        ("credentials", _verifiable_credentials),
        ("settings", _settings),
    ]
    if count_keys:
        checks.append(("keys in use", _keys_in_use))
    for name, check in checks:
        try:
            yield from check()
        except Exception as error:  # noqa: BLE001 - whatever breaks is what the operator wants to read
            yield Finding(name, "failed", f"{type(error).__name__}: {' '.join(str(error).split())}")


def _keys() -> Iterator[Finding]:
    from django.conf import settings

    rings = {name: getattr(settings, name) for name in ("SECRET_HASH_KEYS", "FIELD_ENCRYPTION_KEYS")}
    shown = "; ".join(f"{name}: {', '.join(key.id for key in ring)}" for name, ring in rings.items())
    yield Finding("keys", "ok", f"{shown} (the first of each is current)")


def _keys_in_use() -> Iterator[Finding]:
    from connectid.core import rotation

    for column in rotation.usage():
        counts = ", ".join(f"{key}: {rows}" for key, rows in column.rows.items())
        lost = f"; {column.lost} under keys that are not on {column.ring}" if column.lost else ""
        yield Finding(f"keys of {column.column}", "failed" if column.lost else "ok", counts + lost)


def _providers() -> Iterator[Finding]:
    from django.conf import settings

    from connectid.config import env_problems
    from connectid.providers import push

    lacking = env_problems.half_configured(settings.ENV)
    chosen = ("SMS_PROVIDER", "PUSH_PROVIDER", "INTEGRITY_PROVIDER", "PHOTO_STORAGE")
    relevant = {
        name: problem for name, problem in lacking.items() if settings.PRODUCTION or not name.startswith("CO")
    }
    for name, problem in relevant.items():
        yield Finding("providers", "failed", f"{name} {problem}")
    refused = "" if relevant else push.pick().check(deadline=ASKING_FCM)
    if refused:
        yield Finding("providers", "failed", f"pushes cannot be sent: {refused}")
    if not relevant and not refused:
        yield Finding("providers", "ok", ", ".join(f"{name}={getattr(settings, name)}" for name in chosen))


def _folder() -> Iterator[Finding]:
    from django.conf import settings

    folder: Path = settings.DATA_DIR
    if not folder.is_dir():
        yield Finding("folder", "warning", f"{folder} does not exist yet")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("folder", "failed", f"{folder} cannot be written by this user")
        return
    secret_files = [folder / name for name in ("keys.env", "demo.json")]
    exposed = [file for file in secret_files if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077]
    for file in exposed:
        yield Finding("folder", "failed", f"{file} can be read by others; chmod 600 {file}")
    if not exposed:
        yield Finding("folder", "ok", str(folder))


def _clock() -> Iterator[Finding]:
    from django.db import connection

    from connectid.core import clock, rows

    asking = (
        "SELECT clock_timestamp()"
        if connection.vendor == "postgresql"
        else "SELECT strftime('%Y-%m-%d %H:%M:%f')"
    )
    before = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(asking)
        theirs = rows.moment(cursor.fetchone()[0])
    after = clock.now()
    skew = _outside(theirs, before, after)
    status: Status = "failed" if skew > LARGEST_SKEW else "ok"
    yield Finding(
        "clock", status, f"{skew:.1f} s from the database's clock ({theirs.astimezone(UTC):%H:%M:%S} UTC)"
    )


def _outside(moment: datetime, before: datetime, after: datetime) -> float:
    """Seconds by which ``moment`` lies outside the interval."""
    return max((before - moment).total_seconds(), (moment - after).total_seconds(), 0.0)


def _cache() -> Iterator[Finding]:
    from django.conf import settings
    from django.core.cache import cache

    from connectid.core import secrets

    key, value = f"doctor:{secrets.new_identifier(8)}", secrets.new_identifier(8)
    cache.set(key, value, timeout=10)
    kept: Any = cache.get(key)
    cache.delete(key)
    if kept != value:
        yield Finding("cache", "failed", "did not return what was stored")
    elif settings.PRODUCTION and not settings.REDIS_URL:
        yield Finding("cache", "warning", "REDIS_URL is unset: limits count per process and caches differ")
    else:
        yield Finding("cache", "ok", "Redis" if settings.REDIS_URL else "in the memory of each process")


def _jobs() -> Iterator[Finding]:
    from connectid.core import clock
    from connectid.jobs import queries

    at = clock.now()
    backlog = queries.backlog(at=at)
    waiting = [row for row in backlog if row.standing == "due" and at - row.first_run_at > LONGEST_WAIT]
    failed = sum(row.jobs for row in backlog if row.standing == "failed")
    if waiting:
        oldest = max(at - row.first_run_at for row in waiting)
        yield Finding(
            "jobs",
            "warning",
            f"one has waited {oldest // timedelta(minutes=1)} minutes; does `connectid worker` run?",
        )
    if failed:
        yield Finding(
            "jobs", "warning", f"{failed} failed for good; /admin/jobs/job/ says why and can replay them"
        )
    if not waiting and not failed:
        yield Finding("jobs", "ok", "none has failed, none is late")


def _broker() -> Iterator[Finding]:
    from django.conf import settings

    from connectid.jobs.broker import Broker, BrokerUnavailable, job_queues

    scheme = settings.CELERY_BROKER_URL.partition("://")[0]
    if not scheme:
        return
    broker = Broker()
    try:
        waiting = sum(map(broker.waiting, job_queues()))
    except BrokerUnavailable as error:
        yield Finding(
            "broker", "failed", f"the {scheme} broker of CELERY_BROKER_URL does not answer: {error.reason}"
        )
    else:
        yield Finding("broker", "ok", f"{scheme}; {waiting} messages wait for a worker")
    finally:
        broker.close()


def _clients() -> Iterator[Finding]:
    from connectid.accounts.models import Account
    from connectid.oauth.models import ANDROID_CLIENT_ID, Client

    complete = True
    if not Client.objects.filter(client_id=ANDROID_CLIENT_ID, client_type=Client.CLIENT_PUBLIC).exists():
        complete = False
        command = (
            f"create-oauth-client --name Android --grant password --public --client-id {ANDROID_CLIENT_ID}"
        )
        yield Finding("clients", "warning", f"phones cannot obtain tokens; connectid {command}")
    if not Account.objects.filter(is_staff=True, is_active=True).exists():
        complete = False
        yield Finding("clients", "warning", "nobody can sign in to /admin/; connectid create-admin")
    if complete:
        yield Finding("clients", "ok", "the app's client and an admin exist")


def _id_tokens() -> Iterator[Finding]:
    from connectid.core import clock
    from connectid.oauth import signing
    from connectid.oauth.queries import signing_keys

    at = clock.now()
    found = signing_keys.stored_keys()
    if (key := found.signing(at)) is None:
        yield Finding("id tokens", "ok", "no key yet; the first one that is needed is made then")
        return
    now = int(at.timestamp())
    claims = {"iss": signing.issuer(), "aud": "doctor", "sub": "doctor", "iat": now, "exp": now + 60}
    if signing.read(signing.sign(claims, at=at), at=at) is None:
        yield Finding("id tokens", "failed", f"what key {key.kid[:8]} signs does not verify")
        return
    shown = f"key {key.kid[:8]} signs, {len(found.published(at))} published, issuer {signing.issuer()}"
    is_old = at - key.signs_from > OLDEST_SIGNING_KEY and found.keys[-1] == key
    advice = "; it is more than a year old: connectid rotate-oidc-key" if is_old else ""
    yield Finding("id tokens", "warning" if is_old else "ok", shown + advice)


def _verifiable_credentials() -> Iterator[Finding]:
    from connectid.core import clock
    from connectid.credentials import checking, signing
    from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL
    from connectid.oauth.queries import signing_keys

    at = clock.now()
    found = signing_keys.stored_keys(VERIFIABLE_CREDENTIAL)
    if (key := found.signing(at)) is None:
        yield Finding("credentials", "ok", "no key yet; the first one that is needed is made then")
        return
    try:
        checking.signed_claims(signing.sign({}, at=at), keys={"keys": signing.published_keys(at=at)})
    except checking.NotGenuine:
        yield Finding("credentials", "failed", f"what key {key.kid[:8]} signs does not verify")
        return
    is_old = at - key.signs_from > OLDEST_SIGNING_KEY and found.keys[-1] == key
    advice = "; it is more than a year old: connectid rotate-credential-key" if is_old else ""
    shown = f"key {key.kid[:8]} signs, {len(found.published(at))} published{advice}"
    yield Finding("credentials", "warning" if is_old else "ok", shown)


def _settings() -> Iterator[Finding]:
    from django.conf import settings
    from django.core import checks

    found = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    messages = [message for message in found if not message.is_silenced()]
    for message in messages:
        status: Status = "failed" if message.level >= checks.ERROR else "warning"
        yield Finding("settings", status, f"{message.msg} ({message.id})")
    if not messages:
        yield Finding("settings", "ok", "Django's checks pass")
