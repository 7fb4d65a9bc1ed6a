"""POST /users/update_profile (contract 5.11)."""

from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client, override_settings

from connectid.accounts.models import PendingPhoto
from connectid.core import clock
from connectid.demo.surroundings import portrait
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job
from connectid.testing.answers import Answered
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.scene import EnrolledPhone, new_number, new_phone
from connectid.testing.statements import count_statements

PATH = "/users/update_profile"

pytestmark = pytest.mark.django_db


def update(client: Client, phone: EnrolledPhone, body: Any) -> Answered:
    answer: Answered = client.post(PATH, body, content_type="application/json", headers=phone.headers)
    return answer


def test_a_name_is_changed_and_connect_told(client: Client) -> None:
    """5.11, row 200; 11."""
    phone = new_phone()
    with (
        FakeHttpServer(lambda _: Answer(json={"updated": True})) as connect,
        override_settings(
            CONNECT_URL=connect.url, COMMCARE_CONNECT_CLIENT_ID="c", COMMCARE_CONNECT_CLIENT_SECRET="s"
        ),
    ):
        answer = update(client, phone, {"name": " Esnart  Mbewe "})
        assert connect.requests == []
        run_pending()
        [call] = connect.requests
    assert (answer.status_code, answer.content) == (200, b"")
    phone.account.refresh_from_db()
    assert phone.account.name == "Esnart Mbewe"
    assert call.path == "/users/update_profile/"
    assert call.form == {"username": [phone.account.username], "name": ["Esnart Mbewe"]}


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": None, "photo": "", "secondary_phone": None}, {"x": 1}]
)
def test_nothing_to_change(client: Client, body: dict[str, Any]) -> None:
    """5.11: falsy and missing fields are ignored."""
    phone = new_phone()
    assert update(client, phone, body).status_code == 200
    phone.account.refresh_from_db()
    assert phone.account.name == "Chikondi Banda"


def test_a_photo_is_replaced_and_the_former_one_deleted(client: Client) -> None:
    phone = new_phone()
    keys = []
    for colour in ("#226633", "#aa5533"):
        assert update(client, phone, {"photo": portrait(colour)}).status_code == 200
        run_pending()
        phone.account.refresh_from_db()
        keys.append(phone.account.photo_key)
    assert keys[0] != keys[1]
    assert storages["photos"].exists(keys[1])
    assert not storages["photos"].exists(keys[0])
    assert not PendingPhoto.objects.exists()


def test_two_photos_in_a_hurry_leave_one(client: Client) -> None:
    phone = new_phone()
    for colour in ("#226633", "#aa5533"):
        update(client, phone, {"photo": portrait(colour)})
    run_pending()
    phone.account.refresh_from_db()
    assert storages["photos"].exists(phone.account.photo_key)
    assert not PendingPhoto.objects.exists()


def test_a_secondary_phone_is_kept_in_e164(client: Client) -> None:
    phone = new_phone()
    assert update(client, phone, {"secondary_phone": "+265 999 123 456"}).status_code == 200
    phone.account.refresh_from_db()
    assert phone.account.secondary_phone == "+265999123456"


def test_a_second_number_is_not_proven_by_naming_it(client: Client) -> None:
    """Nor does somebody else's become theirs; the same number again stays as proven as it was."""
    other, now = new_phone(), clock.now()
    phone = new_phone(secondary_phone=new_number(), secondary_phone_proven_at=now)
    for named, proven_at in (
        (phone.account.secondary_phone, now),
        (other.account.phone_number, None),
    ):
        assert update(client, phone, {"secondary_phone": named}).status_code == 200
        phone.account.refresh_from_db()
        assert (phone.account.secondary_phone, phone.account.secondary_phone_proven_at) == (named, proven_at)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"name": "New", "secondary_phone": "12"}, "INVALID_SECONDARY_PHONE"),
        ({"name": 5}, "INVALID_PROFILE"),
        ({"name": "x" * 256}, "INVALID_PROFILE"),
        ([], "INVALID_PROFILE"),
    ],
)
def test_what_must_be_refused_is_refused_with_403(client: Client, body: Any, error: str) -> None:
    """5.11 and E-57: a 400 would crash the app; nothing changes."""
    phone = new_phone()
    answer = update(client, phone, body)
    assert (answer.status_code, answer.json()) == (403, {"error": error})
    phone.account.refresh_from_db()
    assert phone.account.name == "Chikondi Banda"


@pytest.mark.parametrize(
    ("photo", "error"),
    [
        ("data:image/png;base64," + "A" * 1_048_576, "FILE_TOO_LARGE"),
        ("data:text/html;base64,AAAA", "FAILED_TO_UPLOAD"),
    ],
)
def test_a_photo_that_will_not_do(client: Client, photo: str, error: str) -> None:
    """5.11, row 500; the name beside it is left alone."""
    phone = new_phone()
    answer = update(client, phone, {"name": "New", "photo": photo})
    assert (answer.status_code, answer.json()) == (500, {"error": error})
    phone.account.refresh_from_db()
    assert phone.account.name == "Chikondi Banda"


def test_a_demonstration_account_may_rename_itself(client: Client) -> None:
    """E-57."""
    phone = new_phone(phone_number="+74260000999")
    assert update(client, phone, {"name": "Demo"}).status_code == 200


@pytest.mark.parametrize(
    "field", ["username", "phone_number", "is_staff", "is_superuser", "storage_key", "email"]
)
def test_no_other_field_can_be_set(client: Client, field: str) -> None:
    """Fields that are not the phone's to set."""
    phone = new_phone()
    before = getattr(phone.account, field)
    assert update(client, phone, {field: "1", "name": "Changed"}).status_code == 200
    phone.account.refresh_from_db()
    assert getattr(phone.account, field) == before


def test_nobody(client: Client) -> None:
    assert client.post(PATH, {"name": "x"}, content_type="application/json").status_code == 401


@pytest.mark.parametrize("phones", [1, 50])
def test_statements(client: Client, phones: int) -> None:
    """Authenticate, change, enqueue: at most four on writes without a photo."""
    phone = [new_phone() for _ in range(phones)][-1]
    with count_statements() as statements:
        update(client, phone, {"name": "Changed"})
    assert len(statements) <= 4


def test_connect_hears_of_another_name_and_not_of_the_same(client: Client) -> None:
    """Contract 11: apps send the name along with every change."""
    phone = new_phone(name="Chikondi")
    update(client, phone, {"name": " Chikondi ", "secondary_phone": "+265991230001"})
    assert not Job.objects.filter(task__endswith="tell_connect_of_rename").exists()
    update(client, phone, {"name": "Chikondi Phiri"})
    assert Job.objects.filter(task__endswith="tell_connect_of_rename").count() == 1
