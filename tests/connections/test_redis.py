"""Redis up, killed in the middle, and started again empty: a server of two processes answers rightly in each state.

Toggles come from the database where Redis has none. Limits are counted by each process for itself while Redis is away, and
anew in an empty one (docs/topics/limits.md): an outage neither refuses everybody nor opens the door.
"""

import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from connectid.testing.scene import new_number, new_phone
from connectid.toggles.switches import NOTICED_WITHIN
from tests.connections.redis_server import redis_server
from tests.connections.serving import CONNECTID, Server, serving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.redis_server,
    pytest.mark.timeout(180),
]

SWITCH = "email_otp_verification"
ALLOWED = 20
"""`AVAILABILITY_PER_ADDRESS`, an hour."""
PROCESSES = 2
IN_TIME = 3.0
"""Seconds in which every answer must be there."""


def turned(server: Server, state: str) -> None:
    """Turn the switch as an operator does, in a process of its own."""
    subprocess.run([CONNECTID, "switch", SWITCH, state], env=server.environment, check=True, timeout=60)


def shown(server: Server) -> set[Any]:
    """What each of many answers, of both processes, says of the switch."""
    answers = [requests.get(f"{server.url}/toggles/", timeout=IN_TIME) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {200}
    return {answer.json()["toggles"].get(SWITCH, {}).get("active") for answer in answers}


def all_show(server: Server, *, active: bool) -> None:
    """The change is seen everywhere once it had to be noticed, and never goes back."""
    until = time.monotonic() + NOTICED_WITHIN.total_seconds() + 10
    while shown(server) != {active}:
        assert time.monotonic() < until, "somebody still has the toggle of before"
        time.sleep(0.2)
    time.sleep(NOTICED_WITHIN.total_seconds())
    assert shown(server) == {active}


def allowed(server: Server) -> int:
    """How many numbers one address may ask about."""
    statuses = []
    for _ in range(PROCESSES * ALLOWED + 10):
        path = f"{server.url}/users/phone_available"
        answer = requests.get(path, params={"phone_number": new_number()}, timeout=IN_TIME)
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            assert int(answer.headers["Retry-After"]) > 0
    assert set(statuses) <= {200, 429}
    return statuses.count(200)


def polls(server: Server) -> Callable[[], list[int]]:
    phone = new_phone()

    def poll() -> list[int]:
        path = f"{server.url}/messaging/retrieve_notifications/"
        return [requests.get(path, headers=phone.headers, timeout=IN_TIME).status_code for _ in range(12)]

    return poll


def test_up_killed_and_started_again_empty() -> None:
    with redis_server() as server_of_redis:
        variables = {"REDIS_URL": server_of_redis.url, "RATE_LIMITS": "on"}
        with serving(**variables) as server:
            poll = polls(server)
            turned(server, "on")
            all_show(server, active=True)
            assert allowed(server) == ALLOWED, "both processes count together"
            assert poll() == [200] * 12

            server_of_redis.kill()
            assert poll() == [200] * 12
            turned(server, "off")
            all_show(server, active=False)
            assert ALLOWED <= allowed(server) <= PROCESSES * ALLOWED, "each process counts for itself"

            server_of_redis.start()
            assert shown(server) == {False}
            turned(server, "on")
            all_show(server, active=True)
            until = time.monotonic() + 20
            while not any("phone_available" in key for key in server_of_redis.keys()):  # noqa: SIM118 - no dictionary
                assert time.monotonic() < until, "limits are not counted in Redis again"
                requests.get(
                    f"{server.url}/users/phone_available",
                    params={"phone_number": new_number()},
                    timeout=IN_TIME,
                )
                time.sleep(0.5)
            assert allowed(server) < ALLOWED
            assert poll() == [200] * 12
