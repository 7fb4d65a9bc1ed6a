"""Both ways of accepting and acknowledging write the same: PostgreSQL's one statement, and the several of the long way."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from connectid.core import clock
from connectid.jobs import in_statement
from connectid.jobs.models import Job
from connectid.messaging.models import Callback, Channel, Message
from connectid.notifications.models import Notification
from connectid.testing.at_once import at_once
from connectid.testing.partners import SEALED, Partner, new_channel, send
from connectid.testing.scene import EnrolledPhone, new_account
from connectid.web.query_budget import counted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

NAMES = (
    "Malaria",
    "",
    'a "quoted" \\ name',
    "tab\tand\nline\x1f",
    "Chikondi's \u2013 \u2019é\u2019 \u202e💧",
    "100 % {0} %s",
    "\x7f/</script>",
)
"""Of channels; an empty one shows its source."""


@contextmanager
def the_long_way() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(in_statement, "is_possible", lambda _task: False)
        yield


def written() -> list[list[dict[str, Any]]]:
    """Every row, without what a row is numbered with."""
    found = []
    for model in (Message, Callback, Notification, Job):
        chance = {"id"} if model is not Message else set()
        values = sorted(model.objects.values(), key=lambda row: str(row.get("message_id") or row["id"]))
        found.append([{key: value for key, value in row.items() if key not in chance} for row in values])
    return found


def both_ways(act: Callable[[], Any]) -> tuple[Any, Any]:
    """Run ``act`` at one moment, in one statement behind authentication and then the long way, on the same rows."""
    found: list[Any] = []
    for way in (counted, the_long_way):
        with way() as budget:
            answer = act()
        if budget is not None:
            assert budget.total == 2, "it did not go the short way"
        found.append((answer.status_code, answer.content, written()))
        Notification.objects.exclude(message_id=None).delete()
        for model in (Job, Callback, Message):
            model.objects.all().delete()
    return found[0], found[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_partners_message(client: Client, partner: Partner, phone: EnrolledPhone, name: str) -> None:
    channel = new_channel(partner, phone.account.pk, name=name, source=f'"{uuid4().hex}\\')
    id_ = str(uuid4())
    with clock.frozen():
        short, long = both_ways(
            lambda: send(client, partner, channel, message_id=id_, fcm_options={"analytics_label": "a'b"})[1]
        )
    assert short == long
    assert json.loads(short[2][2][0]["payload"])["channel_name"] == channel.visible_name


@pytest.mark.parametrize("name", NAMES)
def test_a_phones_messages(client: Client, partner: Partner, phone: EnrolledPhone, name: str) -> None:
    channels = [new_channel(partner, phone.account.pk, name=name) for _ in range(2)]
    body = [
        {"channel": str(channels[place % 2].pk), "content": SEALED, "message_id": str(uuid4())}
        for place in range(5)
    ]
    with clock.frozen():
        short, long = both_ways(lambda: of_phone(client, phone, "send_message", body))
    assert short == long
    assert (short[0], len(short[2][0]), len(short[2][3])) == (201, 5, 2)


def test_callbacks_are_in_the_order_of_the_request(
    client: Client, partner: Partner, phone: EnrolledPhone
) -> None:
    """Whatever the order of the ids, by which they are stored."""
    channel = new_channel(partner, phone.account.pk)
    ids = [str(UUID(int=number)) for number in (9, 3, 7, 1, 8)]
    body = [{"channel": str(channel.pk), "content": SEALED, "message_id": id_} for id_ in ids]
    assert of_phone(client, phone, "send_message", body).status_code == 201
    told = Callback.objects.order_by("pk").values_list("message_id", flat=True)
    assert list(map(str, told)) == ids


def test_acknowledgements(client: Client, partner: Partner, phone: EnrolledPhone) -> None:
    """Of messages of two channels, and of a notification that announces none."""
    with clock.frozen():
        channels = [new_channel(partner, phone.account.pk) for _ in range(2)]

        def acknowledge_all() -> Any:
            for number, channel in enumerate((*channels, channels[0])):
                send(client, partner, channel, message_id=str(UUID(int=number + 1)))
            plain = Notification.objects.create(account=phone.account, kind="CONNECT", payload="{}")
            Job.objects.all().delete()
            ids = list(map(str, Notification.objects.values_list("pk", flat=True)))
            with counted() as budget:
                answer = of_phone(client, phone, "update_notification_received", {"notifications": ids})
            assert budget.total == (2 if in_statement.is_possible.__name__ == "is_possible" else 5)
            for callback in Callback.objects.all():  # of one request, in no order
                body = json.loads(callback.body)
                body["messages"].sort(key=lambda one: one["message_id"])
                Callback.objects.filter(pk=callback.pk).update(
                    body=json.dumps(body), message_id=body["messages"][0]["message_id"]
                )
            plain.delete()
            return answer

        short = (acknowledge_all().status_code, written())
        Notification.objects.all().delete()
        for model in (Job, Callback, Message):
            model.objects.all().delete()
        with the_long_way():
            long = (acknowledge_all().status_code, written())
    assert short == long
    assert (short[0], len(short[1][1]), len(short[1][3])) == (200, 2, 2)


def test_of_several_requests_with_one_id_one_is_accepted(partner: Partner, phone: EnrolledPhone) -> None:
    """At the same moment: the others hear that it is taken, none of a failure."""
    channel, id_ = new_channel(partner, phone.account.pk), str(uuid4())
    answers = at_once(*[lambda: send(Client(), partner, channel, message_id=id_)[1]] * 8)
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]
    assert {answer.json().get("errors") for answer in answers} == {None, "MESSAGE_ID_ALREADY_EXISTS"}
    assert (Message.objects.count(), Notification.objects.count()) == (1, 1)


def test_a_list_sent_again_at_the_same_moment_is_stored_once(partner: Partner, phone: EnrolledPhone) -> None:
    """In whatever order: nobody is refused, nothing is stored twice, nobody waits in a circle."""
    channels = [new_channel(partner, phone.account.pk) for _ in range(3)]
    body = [
        {"channel": str(channel.pk), "content": SEALED, "message_id": str(uuid4())}
        for channel in channels * 5
    ]
    answers = at_once(
        *[
            lambda: of_phone(Client(), phone, "send_message", body),
            lambda: of_phone(Client(), phone, "send_message", body[::-1]),
        ]
        * 4
    )
    assert [answer.status_code for answer in answers] == [201] * 8
    assert {id_ for answer in answers for id_ in answer.json()["message_id"]} == {
        one["message_id"] for one in body
    }
    assert (Message.objects.count(), Callback.objects.count()) == (15, 15)


def test_one_that_does_not_fit_keeps_the_others_out(
    client: Client, partner: Partner, phone: EnrolledPhone
) -> None:
    """All of a request is accepted, or nothing of it (contract 6.4)."""
    own, foreign = new_channel(partner, phone.account.pk), new_channel(partner, new_account().pk)
    body = [
        {"channel": str(channel.pk), "content": SEALED, "message_id": str(uuid4())}
        for channel in (own, foreign, own)
    ]
    assert of_phone(client, phone, "send_message", body).status_code == 404
    Channel.objects.filter(pk=foreign.pk).update(account=phone.account, consent=False)
    assert of_phone(client, phone, "send_message", body).status_code == 403
    assert not Message.objects.exists()
    assert not Job.objects.exists()
    Channel.objects.update(consent=True)
    assert of_phone(client, phone, "send_message", body).status_code == 201


def of_phone(client: Client, phone: EnrolledPhone, name: str, body: Any) -> Any:
    return client.post(f"/messaging/{name}/", body, content_type="application/json", headers=phone.headers)
