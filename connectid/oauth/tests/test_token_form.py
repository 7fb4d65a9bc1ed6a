"""POST /o/token: bodies that nobody means, and a server that cannot answer (contract 2.1, 4.1, 14.1)."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectid.core import clock
from connectid.devices import limits
from connectid.oauth.models import AccessToken
from connectid.oauth.operations.clients import NewClient
from connectid.oauth.tests.asking import FORM, PATH, app_form, ask, code_form, new_code, new_site
from connectid.testing.scene import new_account, new_phone
from connectid.testing.tokens import the_app
from connectid.verification.limits import CountedLimit

pytestmark = pytest.mark.django_db

PARAMETERS = (
    *("grant_type", "scope", "username", "password", "code", "redirect_uri", "code_verifier"),
    *("refresh_token", "client_id", "client_secret", "token_type_hint", "other"),
)
WORDS = st.sampled_from(
    ["password", "authorization_code", "refresh_token", "client_credentials", "openid", "", "x", "0" * 64]
)
TEXTS = WORDS | st.text(max_size=30)
REFUSALS = {
    400: {
        "invalid_request",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    },
    401: {"invalid_client"},
}


@pytest.fixture
def app() -> NewClient:
    return NewClient(the_app().client_id, "")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(form=st.dictionaries(st.sampled_from(PARAMETERS), TEXTS), known=st.booleans())
def test_any_form_is_answered_and_gives_nothing(
    client: Browser, app: NewClient, form: dict[str, str], known: bool
) -> None:
    """Never a 5xx, never a token, never an answer that is not described."""
    with_client = form | ({"client_id": app.client_id} if known else {})
    answer = ask(client, with_client)
    assert answer.status_code in (400, 401, 429)
    if "error" in answer.json():
        assert answer.json()["error"] in REFUSALS[answer.status_code]
        assert not {"error_code", "access_token"} & set(answer.json())
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("repeated", ["grant_type", "code", "redirect_uri", "code_verifier", "client_id"])
def test_a_parameter_twice(client: Browser, repeated: str) -> None:
    """RFC 6749 section 3.2."""
    site = new_site(public=True)
    form = [*code_form(new_code(new_account(), site), client_id=site.client_id).items(), (repeated, "x")]
    form.sort(key=lambda item: item[1] != "x")  # the right one last, where it would count
    answer = client.post(PATH, urlencode(form), content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("repeated", ["grant_type", "username", "password", "scope", "client_id"])
def test_a_parameter_twice_from_the_app(client: Browser, repeated: str) -> None:
    """4.1: the same word, but not the status on which the app forgets its user; which of the two was meant, nobody knows."""
    form = [*app_form(new_phone()).items(), (repeated, "x")]
    form.sort(key=lambda item: item[1] != "x")
    answer = client.post(PATH, urlencode(form), content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_request")
    assert answer["WWW-Authenticate"].startswith("Basic")


def test_an_unknown_parameter_is_ignored(client: Browser) -> None:
    """RFC 6749 section 3.2, also twice."""
    form = [*app_form(new_phone()).items(), ("audience", "x"), ("audience", "y")]
    assert client.post(PATH, urlencode(form), content_type=FORM).status_code == 200


@pytest.mark.parametrize("value", [5, True, None, [], {}, ["password"]])
def test_json_of_other_types(client: Browser, value: Any) -> None:
    form: dict[str, Any] = {**app_form(new_phone()), "password": value}
    answer = client.post(PATH, form, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"[[]]"])
def test_json_that_is_no_object(client: Browser, body: bytes) -> None:
    assert client.post(PATH, body, content_type="application/json").status_code == 401


def test_a_database_that_is_down(client: Browser) -> None:
    """4.1: 503 in plain text, on which phones try again."""

    def refuse(*_: object) -> None:
        raise OperationalError("could not connect")

    form = app_form(new_phone())
    with connection.execute_wrapper(refuse):
        answer = ask(client, form)
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert int(answer["Retry-After"]) > 0


def test_guessing_credentials_ends_in_429(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """E-29: counted with every other look at them, never a 400 once spent; the right credential is not kept out."""
    monkeypatch.setattr(limits, "PASSWORDS_PER_ACCOUNT", CountedLimit(name="password", a_day=2))
    phone = new_phone()
    answers = [ask(client, app_form(phone, password=f"wrong {number}")) for number in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert "error_code" not in answers[2].json()
    assert ask(client, app_form(phone)).status_code == 200


def test_what_is_issued_is_good_from_now_on(client: Browser) -> None:
    site = new_site()
    with clock.frozen() as time:
        ask(client, code_form(new_code(new_account(), site)), site)
        issued = AccessToken.objects.get()
        assert (issued.created, (issued.expires - time.at).total_seconds()) == (time.at, 36_000)
