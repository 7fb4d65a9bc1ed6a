"""Bodies of every kind, at every endpoint that reads one (contract 2.1; rule 3 of 17)."""

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from connectid.testing.answers import Answered
from connectid.testing.statements import count_statements
from connectid.toggles import queries as toggles
from connectid.web import problems
from connectid.web.endpoint import Endpoint
from tests.wire import hostile
from tests.wire.api import ENDPOINTS, WITH_BODY, Route

pytestmark = pytest.mark.django_db

every_body = pytest.mark.parametrize("route", WITH_BODY, ids=str)
without_body = pytest.mark.parametrize(
    "route", [route for route in ENDPOINTS if "POST" in route.methods and route not in WITH_BODY], ids=str
)


@pytest.fixture
def no_limits() -> Iterator[None]:
    with override_settings(RATE_LIMITS=False):
        yield


type Post = Callable[..., Answered]


@pytest.fixture
def post(route: Route, no_limits: None) -> Post:
    """Post a body to the route; every answer is one that the document describes."""
    headers = route.opened()

    def post_raw(raw: bytes, content_type: str, **given: Any) -> Answered:
        answer = route.call("POST", data=raw, content_type=content_type, headers=headers, **given)
        route.assert_as_described("POST", answer)
        return answer

    return post_raw


def own_refusal(endpoint: type[Endpoint]) -> tuple[int, Any]:
    """How the endpoint refuses an invalid body."""
    refusal = problems.refusal_of(endpoint.invalid, key=endpoint.error_key)
    return refusal.http_status, refusal.body()


@every_body
def test_json_form_and_multipart_say_the_same(route: Route, post: Post) -> None:
    """Rule 3: real callers mix them."""
    body = dict.fromkeys(route.fields, "1")
    # The text of a boolean is one in a form only.
    in_json = body | {name: True for name, field in route.fields.items() if field.get("type") == "boolean"}
    post(json.dumps(in_json).encode(), "application/json")  # may make (201) what the others find
    answers = [
        post(json.dumps(in_json).encode(), "application/json"),
        post(json.dumps(in_json).encode(), "application/json; charset=UTF-8"),
        post(urlencode(body).encode(), "application/x-www-form-urlencoded"),
        post(encode_multipart(BOUNDARY, body), MULTIPART_CONTENT),
    ]
    assert len({answer.status_code for answer in answers}) == 1
    if answers[0].status_code != 200:
        assert len({answer.content for answer in answers}) == 1


@every_body
def test_no_body_is_an_empty_one(post: Post) -> None:
    """Rule 3: an empty post without Content-Type is accepted."""
    empty = post(b"{}", "application/json")
    for content_type in ("", "application/json", "application/x-www-form-urlencoded"):
        assert post(b"", content_type).content == empty.content


@every_body
def test_what_cannot_be_read_is_refused(route: Route, post: Post) -> None:
    """Under ``detail``, or in the words of RFC 6749 where a form may hold the client's credentials."""
    assert route.endpoint is not None
    for kind, (raw, content_type) in hostile.MALFORMED.items():
        answer = post(raw, content_type)
        keys = set(answer.json())
        assert answer.status_code == 400, kind
        assert keys == {"detail"} or (
            route.path.startswith("/o/") and keys == {"error", "error_description"}
        ), kind


@every_body
def test_what_nobody_means_is_refused_in_the_words_of_the_endpoint(route: Route, post: Post) -> None:
    assert route.endpoint is not None
    for kind, (raw, content_type) in hostile.UNACCEPTABLE.items():
        if route.takes_lists and raw.startswith(b"["):
            continue
        answer = post(raw, content_type)
        assert (answer.status_code, answer.json()) == own_refusal(route.endpoint), kind


@every_body
def test_another_media_type_is_refused(post: Post) -> None:
    """2.1: 415."""
    for content_type in hostile.MEDIA_TYPES:
        answer = post(b"{}", content_type)
        assert answer.status_code == 415, content_type
        assert answer.json()["detail"].startswith("Unsupported media type")


@without_body
def test_a_body_that_is_not_read_matters_nothing(post: Post) -> None:
    """2.1: neither 400 nor 415."""
    bodies = {**hostile.MALFORMED, **hostile.UNACCEPTABLE, "a table": (b"a,b", "text/csv")}
    for kind, (raw, content_type) in bodies.items():
        assert post(raw, content_type).status_code == 200, kind


@every_body
def test_a_body_that_is_too_large_costs_no_statement(route: Route) -> None:
    """Refused by its length, before it is read and before the caller is looked up."""
    endpoint = route.endpoint
    assert endpoint is not None
    headers = route.opened()
    toggles.is_on("warm", at=endpoint().received_at)
    unread = Unread()
    claimed: dict[str, Any] = {"CONTENT_LENGTH": str(endpoint.body_limit + 1), "wsgi.input": unread}
    with count_statements() as statements:
        answer = Client().generic(
            "POST",
            route.path,
            content_type="application/json",
            headers=headers,
            **claimed,
        )
    assert answer.status_code == 413
    assert answer.json() == problems.Refusal(problems.RequestTooLarge, key=endpoint.error_key).body()
    assert statements == []
    assert unread.asked == 0


class Unread(BytesIO):
    """A body that notes whether somebody reads it."""

    asked = 0

    def read(self, size: int | None = -1) -> bytes:
        self.asked += 1
        return b""


@every_body
def test_a_body_as_large_as_allowed_is_read(route: Route, post: Post) -> None:
    assert route.endpoint is not None
    filler = "x" * (route.endpoint.body_limit - len('{"filler":""}'))
    answer = post(json.dumps({"filler": filler}, separators=(",", ":")).encode(), "application/json")
    assert answer.content == post(b"{}", "application/json").content


@every_body
def test_a_body_that_was_cut_off_is_refused(route: Route, post: Post) -> None:
    whole = urlencode(dict.fromkeys(route.fields, "1")).encode()
    short: dict[str, Any] = {"CONTENT_LENGTH": str(len(whole)), "wsgi.input": BytesIO(whole[:-1])}
    answer = post(b"", "application/x-www-form-urlencoded", **short)
    assert (answer.status_code, answer.json()) == (408, {"detail": "The request body ended early."})


@every_body
def test_a_form_of_unknown_length_is_refused(route: Route, post: Post) -> None:
    answer = post(
        urlencode(dict.fromkeys(route.fields, "1")).encode(),
        "application/x-www-form-urlencoded",
        HTTP_TRANSFER_ENCODING="chunked",
    )
    assert (answer.status_code, answer.json()) == (411, {"detail": "A form needs a Content-Length."})
