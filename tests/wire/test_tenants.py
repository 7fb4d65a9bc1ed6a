"""Nobody reads, changes or learns of what is somebody else's (contract 4; rule 17)."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import override_settings

import connectid
from connectid.testing.answers import Answered
from tests.wire.api import ROUTES, Route
from tests.wire.callers import changes, refused_by
from tests.wire.foreign import Call, Scene
from tests.wire.names import NAMES_NOTHING, SCENES
from tests.wire.reasons import REASONS, Reason

pytestmark = pytest.mark.django_db

BY_TEMPLATE = {route.template: route for route in ROUTES}

every_scene = pytest.mark.parametrize(
    ("template", "scene"),
    [(template, scene) for (template, _), scene in SCENES.items()],
    ids=[f"{template}:{name}" for template, name in SCENES],
)


def named(route: Route) -> set[tuple[str, str]]:
    """Every field by which a route may be told an object: of path, query and body."""
    parameters = [
        parameter["name"]
        for operation in route.described.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] in ("path", "query")
    ]
    fields = [*route.fields] if "POST" in route.methods else []
    return {(route.template, name) for name in (*parameters, *fields) if name not in NAMES_NOTHING}


def test_every_name_of_an_object_has_a_scene_or_a_reason() -> None:
    """A new field is judged by whoever adds it."""
    found = set().union(*(named(route) for route in ROUTES))
    of_a_secret = {
        (template, name) for template, name in found if (template, "secret_key") in SCENES
    }  # number, code and secret are one name
    assert found - of_a_secret == (SCENES.keys() - of_a_secret) | REASONS.keys()
    assert not SCENES.keys() & REASONS.keys()


FEATURES = Path(connectid.__file__).parent


@pytest.mark.parametrize(
    ("template", "reason"),
    [(template, reason) for (template, _), reason in REASONS.items()],
    ids=[f"{template}:{name}" for template, name in REASONS],
)
def test_what_a_reason_cites_is_there_and_of_its_feature(template: str, reason: Reason) -> None:
    """A test that was renamed or taken away takes its reason with it."""
    path, _, name = reason.test.partition("::")
    tests = [
        node
        for node in ast.walk(ast.parse((FEATURES / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    assert len(tests) == 1, f"{reason.test} is not there, or not once"
    assert any(isinstance(node, ast.Assert) for node in ast.walk(tests[0])), f"{name} asserts nothing"
    feature = BY_TEMPLATE[template].view.__module__.split(".")[1]
    assert path.split("/")[0] == feature, f"{path} is about something else"


def ask(route: Route, call: Call) -> Answered:
    """Make the call."""
    body = {"data": json.dumps(call.body), "content_type": "application/json"} if call.body else {}
    return route.call("POST" if call.body else "GET", path=call.path, headers=call.headers, **body)


@every_scene
def test_a_foreign_object_is_one_that_there_is_not(template: str, scene: Callable[[], Scene]) -> None:
    """The same answer, and nothing of the owner's changes; the owner then finds it as it was."""
    route = BY_TEMPLATE[template]
    route.opened()
    with override_settings(RATE_LIMITS=False):
        set_ = scene()
        with changes() as of_missing:
            missing = ask(route, set_.missing)
        with changes() as of_foreign:
            foreign = ask(route, set_.foreigner)
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
        # What a call changes that names nothing there is, is the caller's own.
        assert of_foreign.touched <= of_missing.touched
        assert of_foreign.added == of_missing.added
        owner = ask(route, set_.owner)
        assert owner.status_code == set_.status, owner.content
        assert (owner.status_code, owner.content) != (
            foreign.status_code,
            foreign.content,
        ) or not owner.content


@every_scene
def test_a_right_name_opens_nothing_to_wrong_credentials(template: str, scene: Callable[[], Scene]) -> None:
    """Also where everything but the credentials is the owner's."""
    route = BY_TEMPLATE[template]
    assert route.endpoint is not None
    schemes = [scheme for scheme in route.endpoint.auth or () if scheme.required]
    set_ = scene()
    if not schemes or not set_.owner.headers:
        return
    callers = refused_by(schemes)
    with override_settings(RATE_LIMITS=False), changes() as changed:
        for kind, headers in callers.items():
            assert ask(route, set_.owner.by(headers)).status_code in (401, 403), kind
    assert not changed
