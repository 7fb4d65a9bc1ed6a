"""POST /users/complete_profile: many at once, on PostgreSQL (E-48)."""

import threading

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from connectid.accounts.models import Account, PendingPhoto
from connectid.enrollment.tests.completing import PATH, account_of, profile
from connectid.jobs.draining import run_pending
from connectid.testing.answers import Answered
from connectid.testing.scene import OpenSession, basic, new_session


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_16_parallel_requests_make_one_account(client: Client) -> None:
    """No double account (E-48): one account, no 5xx, no orphan photo, and the last credential works."""
    opened = new_session(proven=True)
    answers: list[Answered] = []

    def complete() -> None:
        try:
            answers.append(
                Client().post(PATH, profile(), content_type="application/json", headers=opened.headers)
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=complete) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
    answers: list[Answered] = []

    def complete(opened: OpenSession) -> None:
        try:
            answers.append(
                Client().post(PATH, profile(), content_type="application/json", headers=opened.headers)
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=complete, args=(opened,)) for opened in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 15
    assert PendingPhoto.objects.filter(account__phone_number=first.session.phone_number).count() == 1
