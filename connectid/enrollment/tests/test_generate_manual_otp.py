"""GET /users/generate_manual_otp (contract 7.9)."""

from datetime import timedelta

import pytest
from django.test import Client
from structlog.testing import capture_logs

from connectid.core import clock
from connectid.oauth.models import Client as OAuthClient
from connectid.oauth.operations import clients as oauth
from connectid.testing.scene import basic, new_session
from connectid.testing.statements import count_statements

PATH = "/users/generate_manual_otp"

pytestmark = pytest.mark.django_db


def client_headers(*permissions: str) -> dict[str, str]:
    made = oauth.create_client(name="support", grant="client-credentials", permissions=permissions)
    return basic(made.client_id, made.client_secret)


def ask(client: Client, number: str | None, headers: dict[str, str]) -> tuple[int, object]:
    answer = client.get(PATH, {} if number is None else {"phone_number": number}, headers=headers)
    return answer.status_code, answer.json()


def test_the_live_code_is_read_and_works(client: Client) -> None:
    """7.9, row 200."""
    opened = new_session(is_invited=True)
    client.post("/users/send_session_otp", headers=opened.headers)
    status, body = ask(client, opened.session.phone_number, client_headers("otp"))
    assert status == 200
    assert isinstance(body, dict)
    assert set(body) == {"otp"}
    answer = client.post("/users/confirm_session_otp", {"otp": body["otp"]}, headers=opened.headers)
    assert answer.status_code == 200


def test_session_and_code_get_four_more_hours(client: Client) -> None:
    """7.9, A3."""
    opened = new_session(is_invited=True)
    client.post("/users/send_session_otp", headers=opened.headers)
    start = clock.now()
    with clock.frozen(start + timedelta(minutes=5)):
        _, body = ask(client, opened.session.phone_number, client_headers("otp"))
    assert isinstance(body, dict)
    with clock.frozen(start + timedelta(hours=4, minutes=4)):
        answer = client.post("/users/confirm_session_otp", {"otp": body["otp"]}, headers=opened.headers)
    assert answer.status_code == 200


def test_a_number_without_a_live_session(client: Client) -> None:
    """7.9, row 404."""
    headers = client_headers("otp")
    expected = (404, {"error_code": "SESSION_NOT_FOUND"})
    assert ask(client, "+265991000001", headers) == expected
    assert ask(client, "nonsense", headers) == expected
    never_asked = new_session(is_invited=True)
    assert ask(client, never_asked.session.phone_number, headers) == expected


def test_a_used_code_is_not_shown(client: Client) -> None:
    """E-75: 404 when there is no usable code."""
    opened = new_session(is_invited=True)
    client.post("/users/send_session_otp", headers=opened.headers)
    headers = client_headers("otp")
    _, body = ask(client, opened.session.phone_number, headers)
    assert isinstance(body, dict)
    client.post("/users/confirm_session_otp", {"otp": body["otp"]}, headers=opened.headers)
    assert ask(client, opened.session.phone_number, headers) == (404, {"error_code": "SESSION_NOT_FOUND"})


@pytest.mark.parametrize("number", [None, ""])
def test_no_number(client: Client, number: str | None) -> None:
    """7.9, row 400."""
    assert ask(client, number, client_headers("otp")) == (400, {"error_code": "MISSING_DATA"})


def test_who_may_not(client: Client) -> None:
    """A5: 403 with detail; E-12: a permission of its own; E-02: nothing from the query string."""
    expected = (403, {"detail": "Authentication credentials were not provided."})
    assert ask(client, "+265991000001", {}) == expected
    assert ask(client, "+265991000001", basic("nobody", "nothing")) == expected
    assert ask(client, "+265991000001", client_headers("send")) == expected
    made = oauth.create_client(name="query", grant="client-credentials", permissions=["otp"])
    answer = client.get(PATH, {"client_id": made.client_id, "client_secret": made.client_secret})
    assert (answer.status_code, answer.json()) == expected


def test_a_look_is_on_record(client: Client) -> None:
    """E-12: which client, and which session; neither the number nor the code."""
    opened = new_session(is_invited=True)
    client.post("/users/send_session_otp", headers=opened.headers)
    with capture_logs() as lines:
        _, body = ask(client, opened.session.phone_number, client_headers("otp"))
    assert isinstance(body, dict)
    [line] = [line for line in lines if line["event"] == "manual_code_read"]
    reader = OAuthClient.objects.get(name="support").client_id
    assert (line["client"], line["session_id"]) == (reader, opened.session.pk)
    assert opened.session.phone_number not in repr(line)
    assert body["otp"] not in repr(line)


def test_a_client_reads_a_bounded_number_of_codes(client: Client) -> None:
    """E-12."""
    headers = client_headers("otp")
    statuses = [ask(client, "+265991000001", headers)[0] for _ in range(121)]
    assert statuses == [404] * 120 + [429]
    assert ask(client, "+265991000001", headers)[1] == {"error_code": "RATE_LIMITED"}


@pytest.mark.parametrize("others", [0, 40])
def test_statements(client: Client, others: int) -> None:
    """The client, the session, the code, its mark, the session's new end."""
    opened = new_session(is_invited=True)
    for _ in range(others):
        new_session(
            is_invited=True,
            phone_number=opened.session.phone_number,
            created_at=clock.now() - timedelta(hours=1),
        )
    client.post("/users/send_session_otp", headers=opened.headers)
    headers = client_headers("otp")
    with count_statements() as statements:
        ask(client, opened.session.phone_number, headers)
    assert len(statements) == 5
