"""POST /users/complete_profile: many at once, on PostgreSQL (E-48)."""

from functools import partial

import pytest
from django.conf import settings
from django.test import Client

from connectid.accounts.models import Account, PendingPhoto
from connectid.enrollment.tests.completing import PATH, account_of, profile
from connectid.jobs.draining import run_pending
from connectid.testing.answers import Answered
from connectid.testing.at_once import at_once
from connectid.testing.scene import OpenSession, basic, new_session


def complete(opened: OpenSession) -> Answered:
    answer: Answered = Client().post(PATH, profile(), content_type="application/json", headers=opened.headers)
    return answer


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_16_parallel_requests_make_one_account(client: Client) -> None:
    """No double account (E-48): one account, no 5xx, no orphan photo, and the last credential works."""
    opened = new_session(proven=True)
    answers = at_once(*[partial(complete, opened)] * 16)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["username"] for answer in answers}) == 1
    assert Account.objects.filter(phone_number=opened.session.phone_number).count() == 1
    run_pending()
    files = list((settings.DATA_DIR / "photos").rglob("*.webp"))
    assert [file for file in files if str(file).endswith(account_of(opened).photo_key)]
    working = [
        answer
        for answer in answers
        if client.get(
            "/users/fetch_db_key", headers=basic(answer.json()["username"], answer.json()["password"])
        ).status_code
        == 200
    ]
    assert len(working) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_16_sessions_of_one_number_make_one_account(client: Client) -> None:
    """Two phones race for one number: one wins, the others hear that the number has an account."""
    first = new_session(proven=True)
    sessions = [
        first,
        *(new_session(proven=True, phone_number=first.session.phone_number) for _ in range(15)),
    ]
    answers = at_once(*(partial(complete, opened) for opened in sessions))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 15
    assert PendingPhoto.objects.filter(account__phone_number=first.session.phone_number).count() == 1
