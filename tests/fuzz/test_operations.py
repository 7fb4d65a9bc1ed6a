"""Whatever the document allows, and whatever it does not: every answer is one that the document describes.

A case runs in a savepoint of its own, so that each finds what the first one found, and hypothesis can repeat it.
"""

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from connectid.core import ratelimit
from connectid.web import openapi
from tests.fuzz.calls import CALLERS, Caller
from tests.wire.foreign import Call

type Case = schemathesis.Case[Any]
type Application = Callable[[dict[str, Any], Any], list[bytes]]

CASES = int(os.environ.get("FUZZ_CASES", "500"))
"""How many in all, about: operations that take nothing get three each, the others share the rest."""
OF_NOTHING = 3


def may_be_empty(context: object, answer: schemathesis.Response, case: Case) -> None:
    """OpenAPI cannot say of one status that it has a body or none: where it may have none, the document says null."""
    described = case.operation.definition.raw["responses"][str(answer.status_code)].get("content", {})
    schema = described.get("application/json", {}).get("schema", {"type": "null"})
    assert {"type": "null"} in schema.get("anyOf", [schema]), f"{answer.status_code} without its body"


CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OF_EMPTY = [checks.status_code_conformance, checks.response_headers_conformance, may_be_empty]
SCHEMA = schemathesis.openapi.from_dict(
    openapi.document(),
    config=SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}}),
)
FRUITFUL = sum(caller.takes_anything for caller in CALLERS)
SHARE = math.ceil((CASES - OF_NOTHING * (len(CALLERS) - FRUITFUL)) / FRUITFUL)

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]


@pytest.fixture
def application() -> Iterator[Application]:
    """The server's own, its answers read to their end, and closed.

    A request ends its connection, in which the test's transaction is: not here, as not with Django's client.
    """
    handler = get_wsgi_application()

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)  # which Django's client, in a scene, connects again
        with closing(handler(environ, start_response)) as body:
            return [b"".join(body)]

    yield answer
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def without_limits() -> Iterator[None]:
    with override_settings(RATE_LIMITS=False):
        yield


@pytest.mark.parametrize("caller", CALLERS, ids=str)
def test_every_answer_is_described(
    caller: Caller, application: Application, record_property: Any, caplog: pytest.LogCaptureFixture
) -> None:
    known, statuses, told = caller.call(), Counter[int](), Counter[str]()
    faults: list[dict[str, Any]] = []

    def remember(sender: object, **fault: Any) -> None:
        faults.append(fault)

    def send(case: Case) -> None:
        savepoint = transaction.savepoint_create()
        try:
            answer = case.call(app=application, headers=known.headers)
        finally:
            transaction.savepoint_rollback(savepoint)
            cache.clear()
            ratelimit.forget()
            caplog.clear()
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            told[f"{caller}: {answer.status_code} {answer.text}"] += 1
        case.validate_response(answer, checks=CHECKS if answer.content else OF_EMPTY)

    got_request_exception.connect(remember)
    cases = cases_of(caller, known)
    try:
        settings(
            max_examples=SHARE if caller.takes_anything else OF_NOTHING,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            database=None,
        )(given(cases)(send))()
    finally:
        got_request_exception.disconnect(remember)
        record_property("fuzzed", dict(statuses))
        record_property("server errors", dict(told))
    assert not faults


def cases_of(caller: Caller, known: Call) -> st.SearchStrategy[Case]:
    """What fits the operation, what does not, and both with some of the fields that name what there is."""
    operation = SCHEMA[caller.route.template][caller.method]
    fitting = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
    if not caller.takes_anything:
        return fitting
    unfitting = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    names = st.sets(st.sampled_from(sorted(known.body))) if known.body else st.just(set[str]())

    def naming(case: Case, chosen: set[str]) -> Case:
        body: Any = case.body
        for name in chosen:
            if isinstance(body, dict):
                body[name] = known.body[name]
            if name in case.query:
                case.query[name] = known.body[name]
        if known.path:
            case.path_parameters = {"uuid": known.path.split("/")[3]}
        return case

    return st.one_of(st.builds(naming, fitting, names), st.builds(naming, unfitting, names), unfitting)
