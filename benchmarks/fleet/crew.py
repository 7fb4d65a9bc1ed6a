"""Who calls, what, and how often: phones as the app does (contract 1), partners as CommCare HQ and Connect do (contract 7)."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import uuid4

from benchmarks.fleet.generator import Due
from benchmarks.fleet.rates import BULK_PEOPLE, BULKS, EVERY, FETCHES, SIGN_UPS
from connectid.demo.gson import gson, request_hash
from connectid.demo.phone import VirtualPhone, genuine
from connectid.oauth.models import ANDROID_CLIENT_ID, AccessToken
from connectid.population.conversations import channel_id
from connectid.population.making import client_id, client_secret
from connectid.population.people import CLOSED_EVERY
from connectid.population.plan import CHANNELS, Partners, Plan, key_of, number_prefix
from connectid.population.workers import worker

WITHOUT_CONSENT = 4
"""Of 25: accounts that take no messages."""

_SEALED = {
    "ciphertext": "Y2lwaGVydGV4dA==" * 12,
    "nonce": "bm9uY2Ux" * 2,
    "tag": "dGFndGFndGFndGFndGFndA==",
}


def _made_at() -> int:
    """When the population was made, which its tokens tell, in seconds since 1970."""
    made: datetime = AccessToken.objects.order_by("pk").values_list("created", flat=True)[0]
    return int(made.timestamp())


class Crew:
    """The phones of a population, and its partners."""

    def __init__(self, phones: int) -> None:
        self.phones = phones
        self.plan = Plan(phones, key_of("1"), _made_at(), number_prefix(), (), Partners((), 0, 0, ()))
        self.random = random.Random(1)
        self._signed_up = 0

    def a_while(self, seconds: float, *, start: float = 0.0) -> list[Due]:
        """Everything that all phones and partners send within ``seconds``, at moments of chance."""
        found = [
            Due(at, kind, self._of_phone[kind](self.somebody()))
            for kind, every in EVERY.items()
            for at in self._moments(self.phones / every, seconds)
        ]
        for kind, rate, made in (
            ("fetch_users", FETCHES, self._fetch_users),
            ("send_bulk", BULKS, self._send_bulk),
            ("sign-up", SIGN_UPS, self._sign_up),
        ):
            found += [Due(at, kind, made()) for at in self._moments(rate, seconds)]
        return [Due(start + one.at, _plain(one.kind), one.text) for one in found]

    def stampede(self, seconds: float, *, start: float = 0.0) -> list[Due]:
        """A poll of each phone within ``seconds``: what a network that comes back after an outage brings."""
        return [
            Due(start + self.random.uniform(0, seconds), "poll", self.poll(number))
            for number in range(1, self.phones + 1)
            if _may_call(number)
        ]

    def somebody(self) -> int:
        """One whose account is neither closed nor locked."""
        number = self.random.randint(2, self.phones)
        return number if _may_call(number) else number - 1

    def _moments(self, rate: float, seconds: float) -> Iterator[float]:
        at = self.random.expovariate(rate)
        while at < seconds:
            yield at
            at += self.random.expovariate(rate)

    @property
    def _of_phone(self) -> dict[str, Callable[[int], str]]:
        return {
            "poll": self.poll,
            "poll on a push": self.poll,
            "heartbeat": self.heartbeat,
            "toggles": lambda number: self.read("/toggles", number),
            "token": self.token,
            "credentials": lambda number: self.read("/users/credentials", number),
            "message of a worker": self.message,
            "message of a partner": self.message_of_partner,
            "introspect": self.introspect,
            "userinfo": self.userinfo,
        }

    def poll(self, number: int) -> str:
        """A poll of a phone, as every of these is of the number of one."""
        return self.read("/messaging/retrieve_notifications/", number)

    def read(self, path: str, number: int) -> str:
        """A GET of a phone."""
        return request_text("GET", path, self.phone(number))

    def heartbeat(self, number: int) -> str:
        """With the address that is stored already."""
        who = worker(self.plan, number)
        return request_text(
            "POST",
            "/users/heartbeat",
            f"Bearer {who.access_token}",
            f"fcm_token={who.push_token.replace(':', '%3A')}",
            form=True,
        )

    def token(self, number: int) -> str:
        """The password grant."""
        who = worker(self.plan, number)
        body = f"client_id={ANDROID_CLIENT_ID}&scope=openid&grant_type=password&username={who.username}&password={who.credential}"
        return request_text("POST", "/o/token/", "", body, form=True)

    def message(self, number: int) -> str:
        """Of a worker to its partner."""
        number = agreed(number)
        return request_text(
            "POST", "/messaging/send_message/", self.phone(number), self._sealed(number, index=1)
        )

    def message_of_partner(self, number: int) -> str:
        """Of a partner to the worker."""
        sealed = self._sealed(agreed(number), index=0)
        return request_text("POST", "/messaging/send_fcm/", self._partner(1), sealed)

    def introspect(self, number: int) -> str:
        """A partner asks about the worker's token."""
        body = f"token={worker(self.plan, number).access_token}"
        return request_text("POST", "/o/introspect/", self._partner(0), body, form=True)

    def userinfo(self, number: int) -> str:
        """The worker's own."""
        return request_text("GET", "/o/userinfo", f"Bearer {worker(self.plan, number).access_token}")

    def _fetch_users(self) -> str:
        numbers = (self.plan.phone_number(self.random.randint(1, self.phones)) for _ in range(50))
        asked = "&".join(f"phone_numbers={number.replace('+', '%2B')}" for number in numbers)
        return request_text("GET", f"/users/fetch_users?{asked}", self._partner(0))

    def _send_bulk(self) -> str:
        people = [worker(self.plan, self.random.randint(1, self.phones)).username for _ in range(BULK_PEOPLE)]
        data = {"action": "ccc_generic_opportunity", "title": "Title", "body": "A body, as usual."}
        body = json.dumps({"messages": [{"usernames": people, "data": data}]})
        return request_text("POST", "/messaging/send_bulk/", self._partner(0), body)

    def _sign_up(self) -> str:
        self._signed_up += 1
        phone = VirtualPhone("", self.plan.phone_number(self.phones + self._signed_up))
        body = phone.described()
        claimed = request_hash(body)
        attested = {
            "CC-Request-Hash": claimed,
            "CC-Integrity-Token": genuine(claimed, phone.package),
        }
        return request_text("POST", "/users/start_configuration", "", gson(body).decode(), further=attested)

    def phone(self, number: int) -> str:
        """The value of ``Authorization``."""
        who = worker(self.plan, number)
        return _basic(who.username, who.credential)

    def _partner(self, number: int) -> str:
        return _basic(client_id(self.plan, number), client_secret(self.plan, number))

    def _sealed(self, number: int, *, index: int) -> str:
        assert 0 <= index < CHANNELS
        return json.dumps(
            {
                "channel": channel_id(self.plan, number, index),
                "content": _SEALED,
                "message_id": str(uuid4()),
            }
        )


def agreed(number: int) -> int:
    """The account, or one beside it that takes messages."""
    return number - 1 if number % 25 == WITHOUT_CONSENT else number


def _may_call(number: int) -> bool:
    """Whether the account is neither closed nor locked."""
    return number % CLOSED_EVERY != 0 and number % 1000 != 7


def _plain(kind: str) -> str:
    return "poll" if kind == "poll on a push" else kind


def _basic(name: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


def request_text(
    method: str,
    path: str,
    authorization: str,
    body: str = "",
    *,
    form: bool = False,
    further: dict[str, str] | None = None,
) -> str:
    """A request as it goes over the wire."""
    headers = {"Host": "127.0.0.1", "Accept": "application/json;version=2.0", **(further or {})}
    if authorization:
        headers["Authorization"] = authorization
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        headers["Content-Length"] = str(len(body.encode()))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", body])
