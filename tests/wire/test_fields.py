"""Every field of every body with values of every kind."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings

from connectid.testing.answers import Answered
from connectid.web import problems
from tests.wire import hostile
from tests.wire.api import ROUTES, WITH_BODY, Route

pytestmark = pytest.mark.django_db

type Post = Callable[..., Answered]

FIELDS = [(route, name) for route in WITH_BODY for name in route.fields]
KINDS: dict[str, type | tuple[type, ...]] = {
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}

every_field = pytest.mark.parametrize(
    ("route", "name"), FIELDS, ids=[f"{route}:{name}" for route, name in FIELDS]
)


@pytest.fixture
def post(route: Route) -> Iterator[Post]:
    """Post a body to the route; every answer is one that the document describes."""
    headers = route.opened()

    def post_json(body: dict[str, Any]) -> Answered:
        raw = json.dumps(body, ensure_ascii=False).encode()
        answer = route.call("POST", data=raw, content_type="application/json", headers=headers)
        route.assert_as_described("POST", answer)
        return answer

    with override_settings(RATE_LIMITS=False):
        yield post_json


def is_allowed(schema: dict[str, Any], value: Any) -> bool:
    """Whether the document lets a field have a value of this kind."""
    kinds = {option.get("type") for option in schema.get("anyOf", [schema])}
    if kinds == {None}:
        return True  # the endpoint judges it itself
    if isinstance(value, bool):
        return "boolean" in kinds
    if "boolean" in kinds and value in (0, 1):
        return True  # a form's texts are converted, and with them what stands for a boolean in one
    return any(isinstance(value, KINDS[kind]) for kind in kinds & KINDS.keys())


@every_field
def test_a_value_of_the_wrong_kind_is_an_invalid_body(route: Route, name: str, post: Post) -> None:
    """2.1: never a 500, whatever a field holds."""
    assert route.endpoint is not None
    refusal = problems.refusal_of(route.endpoint.invalid, key=route.endpoint.error_key)
    others = {other: "1" for other in route.fields if other != name}
    for value in itertools.chain(hostile.NUMBERS, hostile.OTHERS):
        if is_allowed(route.fields[name], value):
            continue
        answer = post(others | {name: value})
        if named := route.named_in_refusals:
            assert answer.status_code == 400
            assert answer.json().keys() <= named
        else:
            assert (answer.status_code, answer.json()) == (refusal.http_status, refusal.body()), repr(value)


@every_field
def test_any_allowed_value_is_answered_as_described(route: Route, name: str, post: Post) -> None:
    """No text and no number is worth a fault."""
    others = {other: "1" for other in route.fields if other != name}
    numbers = [value for value in hostile.NUMBERS if is_allowed(route.fields[name], value)]
    for value in (None, *hostile.TEXTS, *numbers):
        post(others | {name: value})


@pytest.mark.parametrize("route", WITH_BODY, ids=str)
def test_fields_that_nobody_knows_change_nothing(route: Route, post: Post) -> None:
    """Apps are updated before servers are."""
    body = dict.fromkeys(route.fields, "1")
    post(body)  # may make (201) what the others find
    plain = post(body)
    answer = post(body | {"later": {"a": [1, None]}, "is_staff": True, "id": 1})
    assert answer.status_code == plain.status_code
    if plain.status_code != 200:
        assert answer.content == plain.content


PARAMETERS = [
    (route, parameter["name"])
    for route in ROUTES
    for parameter in route.described.get("GET", {}).get("parameters", [])
    if parameter["in"] == "query"
]


@pytest.mark.parametrize(("route", "name"), PARAMETERS, ids=[f"{route}?{name}" for route, name in PARAMETERS])
@pytest.mark.parametrize(
    "query",
    ["{}", "{}=", "{}=%00", "{}=%ff", "{0}=a&{0}=b", "{}=" + "9" * 5000, "{}[]=a", "{}=%2B1&x=%ED%A0%80"],
)
def test_any_query_is_answered_as_described(route: Route, name: str, query: str) -> None:
    answer = route.call("GET", path=f"{route.path}?{query.format(name)}", headers=route.opened())
    route.assert_as_described("GET", answer)
    assert answer.status_code < 500


HEADERS = ("\xff\xfe", "", "x" * 9000, "' OR 1=1 --", "%s{0}", "a, b", "\t")


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_any_header_is_answered_as_described(route: Route) -> None:
    """Names that endpoints read, with values that nobody sends."""
    headers = route.opened()
    for method in route.methods:
        parameters = route.described[method].get("parameters", [])
        read = [parameter["name"] for parameter in parameters if parameter["in"] == "header"]
        for name, value in itertools.product((*read, "User-Agent", "X-Forwarded-For", "Cookie"), HEADERS):
            answer = route.call(method, headers=headers | {name: value})
            route.assert_as_described(method, answer)
