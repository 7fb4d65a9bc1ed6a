"""Pushes through FCM: how long a batch takes, and how much of a processor each push costs this process."""

import time
from collections.abc import Iterator
from typing import Any

from benchmarks import fake_fcm
from benchmarks.report import Figure

SMALL = 200
LARGE = 10_000


def figures() -> Iterator[Figure]:
    """Measure the sender alone, against a fake with :data:`fake_fcm.LATENCY`."""
    import django

    django.setup()
    from django.test import override_settings

    from connectid.providers import push
    from connectid.providers.push.fcm_requests import BATCH_IN_FLIGHT

    with fake_fcm.running() as chosen, override_settings(**chosen):
        _send(push.pick(), SMALL)  # connections and access token
        small, _ = min(_send(push.pick(), SMALL) for _ in range(3))
        large, cpu = min(_send(push.pick(), LARGE) for _ in range(2))
        push.pick().close()
    ideal = LARGE * fake_fcm.LATENCY / BATCH_IN_FLIGHT
    yield Figure(f"{SMALL} pushes, each answered after 40 ms", small, "s", goal=0.5)
    yield Figure(f"{LARGE} pushes", large, "s")
    yield Figure(f"the same, over what {BATCH_IN_FLIGHT} in flight could do", large / ideal, "x", goal=1.3)
    yield Figure("CPU per push", cpu / LARGE * 1000, "ms", goal=0.5)


def _send(sender: Any, number: int) -> tuple[float, float]:
    from connectid.providers.push import Delivered, Push

    content = {
        "action": "ccc_message",
        "title": "Title",
        "body": "A body of some length, as usual.",
        "key": "k",
    }
    pushes = [Push(f"address-{place}:{'x' * 140}", content) for place in range(number)]
    began, cpu = time.perf_counter(), time.process_time()
    outcomes = sender.send(pushes, deadline=120)
    seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    if not all(isinstance(outcome, Delivered) for outcome in outcomes):
        raise RuntimeError("not every push was taken")
    return seconds, spent
