"""What stands beside a server: CommCare Connect, and a Redis that it shares with others."""

import uuid
from typing import Any

from django.test import override_settings

from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.toggles import queries

REDIS = "redis://127.0.0.1:6379/15"
NO_REDIS = "redis://127.0.0.1:1/0"


def through(url: str) -> override_settings:
    """Settings of a fleet with this Redis, under keys that no other run has used."""
    backend = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": str(uuid.uuid4()),
    }
    return override_settings(REDIS_URL=url, CACHES={"default": backend})


def in_another_process() -> None:
    """Go on as a process that shares the cache and the database, and has read nothing yet."""
    queries.forget()


def entry(name: str, **changes: Any) -> dict[str, Any]:
    """A toggle as Connect lists it; None leaves a key out."""
    found = {
        "name": name,
        "active": True,
        "created": "2024-05-06T07:08:09.123Z",
        "modified": "2025-05-06T07:08:09.123Z",
        **changes,
    }
    return {key: value for key, value in found.items() if value is not None}


def says(server: FakeHttpServer, *entries: Any) -> None:
    """Have Connect list these toggles."""
    server.answers(Answer(json={"toggles": list(entries)}))


def fails(server: FakeHttpServer) -> None:
    """Have Connect fail."""
    server.answers(Answer(500))
