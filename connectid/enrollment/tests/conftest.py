"""What every test of enrolment needs: a way to post as a phone does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connectid.providers import concurrently
from connectid.testing.answers import Answered
from connectid.testing.threads import InThisThread

type Post = Callable[..., Answered]


@pytest.fixture(autouse=True)
def calls_in_this_thread(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask sandboxes in the test's own transaction, unless the test is about threads."""
    if "real_threads" not in request.keywords:
        monkeypatch.setattr(concurrently, "_executor", InThisThread)


@pytest.fixture
def post(client: Client, db: None) -> Post:
    """Post ``body`` as JSON to a path, as the app does."""

    def post_json(path: str, body: Any = None, **headers: str) -> Answered:
        answer: Answered = client.post(
            path,
            data={} if body is None else body,
            content_type="application/json",
            headers={"Accept": "application/json;version=2.0", **headers},
        )
        return answer

    return post_json
