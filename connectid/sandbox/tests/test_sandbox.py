"""The sandbox over HTTP."""

import json
import re

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from connectid.core import clock
from connectid.sandbox import inbox, invited

pytestmark = [pytest.mark.django_db, pytest.mark.urls("connectid.sandbox.urls")]


def post(client: Client, body: object, content_type: str = "application/json") -> HttpResponse:
    text = body if isinstance(body, str) else json.dumps(body)
    response = client.post("/sandbox/api/invited_numbers", text, content_type=content_type)
    assert isinstance(response, HttpResponse)
    return response


def test_messages_as_json(client: Client) -> None:
    inbox.record("email", recipient="a@b.example", subject="Hello", text="Text", payload={"reply_to": None})
    response = client.get("/sandbox/api/messages")
    (message,) = response.json()["messages"]
    assert message.pop("id") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*\+00:00", message.pop("created_at"))
    assert message == {
        "kind": "email",
        "to": "a@b.example",
        "subject": "Hello",
        "text": "Text",
        "payload": {"reply_to": None},
    }
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("to", ["%2B265991", "+265991"])
def test_a_number_may_be_asked_for_with_a_bare_plus(client: Client, to: str) -> None:
    inbox.record("sms", recipient="+265991", text="a")
    inbox.record("sms", recipient="+265992", text="b")
    messages = client.get(f"/sandbox/api/messages?kind=sms&to={to}").json()["messages"]
    assert [message["text"] for message in messages] == ["a"]


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=99999999999999999999", "limit=1.5", "limit="]
)
def test_bad_numbers_are_refused(client: Client, query: str) -> None:
    assert client.get(f"/sandbox/api/messages?{query}").status_code == 400


def test_delete_forgets_all(client: Client) -> None:
    inbox.record("sms", recipient="+1", text="a")
    assert client.delete("/sandbox/api/messages").json() == {"deleted": 1}
    assert client.get("/sandbox/api/messages").json() == {"messages": []}


def test_an_invited_number_is_registered_in_e164(client: Client) -> None:
    response = post(client, {"phone_number": "+265 991-234-567"})
    assert response.status_code == 200
    assert post(client, {"phone_number": "+265991234567"}).status_code == 200
    assert client.get("/sandbox/api/invited_numbers").json()["phone_numbers"] == ["+265991234567"]
    assert invited.is_invited("+265991234567")


def test_numbers_with_the_suffix_are_invited_and_others_are_not() -> None:
    assert invited.is_invited("+265991230100")
    assert not invited.is_invited("+265991230101")


@pytest.mark.parametrize("body", ["{", "[]", "null", {}, {"phone_number": 5}, {"phone_number": "12"}])
def test_what_is_no_number_is_refused(client: Client, body: object) -> None:
    assert post(client, body).status_code == 400
    assert invited.registered() == []


def test_a_form_is_refused_because_other_origins_can_send_one(client: Client) -> None:
    assert (
        post(client, "phone_number=%2B265991234567", "application/x-www-form-urlencoded").status_code == 415
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/sandbox/"),
        ("get", "/sandbox/api/messages"),
        ("delete", "/sandbox/api/messages"),
        ("get", "/sandbox/api/invited_numbers"),
        ("post", "/sandbox/api/invited_numbers"),
    ],
)
def test_nothing_is_there_in_production(client: Client, settings: Settings, method: str, path: str) -> None:
    settings.ENVIRONMENT = "production"
    assert getattr(client, method)(path).status_code == 404


def test_the_page_keeps_to_a_strict_content_security_policy(client: Client) -> None:
    response = client.get("/sandbox/")
    assert response.status_code == 200
    page = response.content.decode()
    assert re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL) == [""]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)


def test_only_the_newest_invited_numbers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invited, "KEPT", 2)
    with clock.frozen() as time:
        for number in ("+265991230001", "+265991230002", "+265991230003"):
            invited.register(number)
            time.advance(seconds=1)
    assert invited.registered() == ["+265991230003", "+265991230002"]
