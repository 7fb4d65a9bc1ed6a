"""What analytics hears of, and what not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from connectid.accounts.models import Account
from connectid.enrollment.tests.completing import PATH as COMPLETE
from connectid.enrollment.tests.completing import profile
from connectid.insights.pseudonyms import ANALYTICS, EXPORTS, pseudonym
from connectid.jobs.models import Job
from connectid.providers.analytics.google import client_id
from connectid.testing.fake_http import Answer, FakeHttpServer
from connectid.testing.issuers import award, item, new_issuer
from connectid.testing.scene import BACKUP_CODE, new_account, new_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def google(settings: Settings) -> Iterator[FakeHttpServer]:
    with FakeHttpServer(lambda _: Answer(204)) as server:
        settings.GA_URL, settings.GA_MEASUREMENT_ID, settings.GA_API_SECRET = server.url, "G-TEST", "secret"
        yield server


def heard(google: FakeHttpServer) -> list[dict[str, Any]]:
    """Run the jobs of analytics; what Google was told."""
    from connectid.insights import tasks

    jobs = Job.objects.filter(task=tasks.tell_analytics.module_path)
    for job in jobs:
        tasks.tell_analytics.call(*job.args, **job.kwargs)
    jobs.delete()
    return [request.json() for request in google.requests]


def enrol(client: Client, **fields: Any) -> Any:
    opened = new_session(proven=True, **fields)
    assert client.post(COMPLETE, profile(), headers=opened.headers).status_code == 200
    opened.session.refresh_from_db()
    return opened.session


def test_an_account(client: Client, google: FakeHttpServer) -> None:
    session = enrol(client, is_invited=True)
    [told] = heard(google)
    assert told["events"] == [{"name": "account_enrolled", "params": {"invited": "yes"}}]
    assert told["client_id"] == client_id(pseudonym(session.account_id, purpose=ANALYTICS))


def test_a_recovery(client: Client, google: FakeHttpServer) -> None:
    account = new_account()
    opened = new_session(proven=True, phone_number=account.phone_number)
    for _ in range(2):  # a phone that missed the answer asks again, and has recovered once
        client.post(
            "/users/recover/confirm_backup_code", {"recovery_pin": BACKUP_CODE}, headers=opened.headers
        )
    assert [told["events"][0]["name"] for told in heard(google)] == ["account_recovered"]


def test_awards(client: Client, google: FakeHttpServer) -> None:
    """How many are new; of a batch that comes again, none."""
    issuer = new_issuer()
    given = item(new_account().username, new_account().username, "nobody")
    for _ in range(2):
        award(client, issuer, given)
    [told] = heard(google)
    assert (told["client_id"], told["events"]) == (
        "0.0",
        [{"name": "credentials_awarded", "params": {"awards": 2}}],
    )


def test_nothing_personal(client: Client, google: FakeHttpServer) -> None:
    session = enrol(client)
    heard(google)
    sent = "".join(f"{request.path}{request.query}{request.body.decode()}" for request in google.requests)
    username = Account.objects.values_list("username", flat=True).get(pk=session.account_id)
    for secret in (session.phone_number[1:], username, "Chikondi"):
        assert secret not in sent


def test_off_is_off(client: Client, settings: Settings) -> None:
    """No job, and no statement."""
    settings.GA_MEASUREMENT_ID = ""
    enrol(client)
    assert not Job.objects.filter(task__contains="tell_analytics").exists()


def test_what_did_not_happen_is_not_told(client: Client, google: FakeHttpServer) -> None:
    """A refused profile enqueues nothing."""
    opened = new_session(proven=True)
    client.post(COMPLETE, profile(photo=""), headers=opened.headers)
    assert heard(google) == []


def test_pseudonyms() -> None:
    """The same for a purpose, another for another, and nothing of the id in them."""
    assert pseudonym(5, purpose=EXPORTS) == pseudonym(5, purpose=EXPORTS)
    assert len({pseudonym(n, purpose=purpose) for n in (5, 6) for purpose in (EXPORTS, ANALYTICS)}) == 4
