"""What every test of enrolment needs: a way to post as a phone does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connectid.testing.answers import Answered

type Post = Callable[..., Answered]


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
