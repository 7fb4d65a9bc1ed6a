"""POST /messaging/create_channel/ (contract 7.11)."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from connectid.messaging.models import Channel
from connectid.notifications.models import Notification
from connectid.testing.at_once import at_once
from connectid.testing.partners import Partner, new_channel, new_partner
from connectid.testing.scene import basic, new_account, new_phone

PATH = "/messaging/create_channel/"

pytestmark = pytest.mark.django_db


def wanted(subject: str, **fields: str) -> dict[str, str]:
    return {"connectid": subject, "channel_source": "some-domain"} | fields


def create(client: Client, partner: Partner, body: dict[str, Any], *, form: bool = False) -> Any:
    kind: dict[str, Any] = {} if form else {"content_type": "application/json"}
    return client.post(PATH, body, headers=partner.headers, **kind)


@pytest.mark.parametrize("form", [True, False], ids=["form of HQ", "JSON of OCS"])
def test_a_new_channel_is_201_and_the_same_again_200(client: Client, form: bool) -> None:
    """Rows 201 and 200."""
    partner, account = new_partner(), new_account()
    first = create(client, partner, wanted(account.username), form=form)
    assert first.status_code == 201
    channel = Channel.objects.get()
    assert first.json() == {"channel_id": str(channel.pk), "consent": True}
    assert (channel.server_id, channel.account_id) == (partner.server.pk, account.pk)
    again = create(client, partner, wanted(account.username), form=form)
    assert (again.status_code, again.json()) == (200, first.json())


def test_consent_that_was_withdrawn_is_told(client: Client) -> None:
    """200 says how it stands."""
    partner, account = new_partner(), new_account()
    new_channel(partner, account.pk, source="some-domain", consent=False)
    answer = create(client, partner, wanted(account.username))
    assert (answer.status_code, answer.json()["consent"]) == (200, False)


def test_subjects_in_any_case(client: Client) -> None:
    """7.11: matched case-insensitively; the one that is written exactly so comes first."""
    partner, account = new_partner(), new_account(username="AbCdEf0123")
    assert create(client, partner, wanted("aBcDeF0123")).status_code == 201
    other = new_account(username="abcdef0123")
    assert create(client, partner, wanted("abcdef0123")).status_code == 201
    assert {channel.account_id for channel in Channel.objects.all()} == {account.pk, other.pk}


def test_names_are_kept_and_only_replaced_by_names(client: Client) -> None:
    """7.11: overwritten when not empty; Unicode survives."""
    partner, account = new_partner(), new_account()
    create(client, partner, wanted(account.username, channel_name="Bénéficiaires नमस्ते"))
    create(client, partner, wanted(account.username))
    assert Channel.objects.get().name == "Bénéficiaires नमस्ते"
    create(client, partner, wanted(account.username, channel_name="Other"))
    assert Channel.objects.get().name == "Other"


def test_the_phone_is_told_of_a_new_channel(client: Client) -> None:
    """12.4: the push's keys, which its next poll repeats; consent is lower case (12.3)."""
    partner, phone = new_partner(), new_phone()
    made = create(client, partner, wanted(phone.account.username, channel_name="Malaria")).json()
    create(client, partner, wanted(phone.account.username))
    [told] = client.get("/messaging/retrieve_notifications/", headers=phone.headers).json()["notifications"]
    assert UUID(told.pop("notification_id")) == Notification.objects.get().pk
    assert told.pop("timestamp").endswith("Z")
    assert told == {
        "notification_type": "CONNECT",
        "title": "New Channel",
        "body": "A new messaging channel is available from Malaria, press here to view",
        "action": "ccc_message",
        "channel_id": made["channel_id"],
        "channel_source": "Malaria",
        "channel_name": "Malaria",
        "key_url": partner.server.key_url,
        "consent": "true",
    }
    assert Notification.objects.get().push_due_at is not None


@pytest.mark.parametrize("account", [{}, {"is_active": False}], ids=["nobody", "inactive"])
def test_unknown_people_are_404(client: Client, account: dict[str, Any]) -> None:
    """Row 404; inactive accounts too (E-11)."""
    subject = new_account(**account).username if account else "0" * 20
    answer = create(client, new_partner(), wanted(subject))
    assert (answer.status_code, answer.json()) == (404, {"detail": "No ConnectUser matches the given query."})
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"connectid": ""}, {"channel_source": ""}, {"channel_source": "s" * 256}, {"channel_name": "n" * 256}],
)
def test_what_is_missing_or_too_long_is_400(client: Client, changes: dict[str, str]) -> None:
    """E-60: no 500."""
    answer = create(client, new_partner(), wanted(new_account().username) | changes)
    assert (answer.status_code, answer.json()) == (400, {"detail": "INVALID_CHANNEL"})


@pytest.mark.parametrize("body", ["null", "17", "[]", "{}", '{"connectid": 17, "channel_source": []}'])
def test_what_is_no_request(client: Client, body: str) -> None:
    """E-60."""
    answer = client.post(PATH, body, content_type="application/json", headers=new_partner().headers)
    assert (answer.status_code, answer.json()) == (400, {"detail": "INVALID_CHANNEL"})


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_makes_the_channel() -> None:
    """E-61: one 201, the others 200, all with one id; the phone is told once."""
    partner, account = new_partner(), new_account()
    answers = at_once(*[lambda: create(Client(), partner, wanted(account.username))] * 8)
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["channel_id"] for answer in answers}) == 1
    assert Notification.objects.count() == 1


def test_servers_prove_themselves(client: Client) -> None:
    """A6: unknown, wrong, inactive and other kinds of credentials are the same 401."""
    partner, phone = new_partner(), new_phone()
    body = wanted(phone.account.username)
    strangers = [basic("nobody", partner.secret), basic(partner.server.client_id, "wrong"), phone.headers, {}]
    answers = [client.post(PATH, body, headers=headers) for headers in strangers]
    partner.server.is_active = False
    partner.server.save()
    answers.append(create(client, partner, body))
    for answer in answers:
        assert answer.status_code == 401
        assert answer.json() == {"detail": "Authentication credentials were not provided."}
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="api"'


def test_the_former_secret_works_while_a_partner_changes_over(client: Client) -> None:
    """Two live secrets."""
    partner, account = new_partner(), new_account()
    partner.server.previous_secret, partner.server.secret = partner.secret, "its-new-secret"
    partner.server.save()
    assert create(client, partner, wanted(account.username)).status_code == 201
    renewed = Partner(partner.server, "its-new-secret")
    assert create(client, renewed, wanted(account.username)).status_code == 200


def test_servers_do_not_share_channels(client: Client) -> None:
    """A channel is (server, person, source)."""
    account = new_account()
    ids = {create(client, new_partner(), wanted(account.username)).json()["channel_id"] for _ in range(2)}
    assert len(ids) == 2


def test_statements(client: Client, statement_budget: Any) -> None:
    """Finding a channel costs the same however many there are."""
    partner, account = new_partner(), new_account()
    statement_budget(
        3,
        grow=lambda count: [new_channel(partner, account.pk) for _ in range(count)],
        act=lambda: create(client, partner, wanted(account.username)),
    )
