"""Firebase Cloud Messaging in a process of its own: takes every push after a while, and gives out access tokens."""

import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from urllib.request import urlopen

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

LATENCY = 0.040
"""Seconds from a push to its answer."""


@contextlib.contextmanager
def running() -> Iterator[dict[str, str]]:
    """Run it until the block ends; yields the settings of a server whose FCM it is."""
    command = [sys.executable, "-m", "benchmarks.fake_fcm"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        account = {
            "project_id": "bench",
            "client_email": "bench@bench.example",
            "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "token_uri": f"{url}/token",
        }
        yield {
            "PUSH_PROVIDER": "fcm",
            "FCM_SERVICE_ACCOUNT": json.dumps(account),
            "FCM_API_URL": url,
            "GOOGLE_TOKEN_URL": f"{url}/token",
        }
    finally:
        process.terminate()
        process.wait()


def answer_after(chosen: dict[str, str], seconds: float) -> int:
    """Have every push from now on answered after so long; return how many there were at once, at most, since this was last called.

    ``chosen`` is what :func:`running` yielded.
    """
    with urlopen(f"{chosen['FCM_API_URL']}/answer_after/{seconds}", timeout=10) as answer:
        most: int = json.loads(answer.read())["most"]
    return most


async def _serve() -> None:
    numbers = itertools.count()
    now = most_so_far = 0
    latency = LATENCY

    async def send(request: web.Request) -> web.Response:
        nonlocal now, most_so_far
        await request.read()
        now += 1
        most_so_far = max(most_so_far, now)
        await asyncio.sleep(latency)
        now -= 1
        return web.json_response({"name": f"projects/bench/messages/{next(numbers)}"})

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "access", "expires_in": 3600})

    async def change(request: web.Request) -> web.Response:
        nonlocal latency, most_so_far
        latency = float(request.match_info["seconds"])
        found, most_so_far = most_so_far, now
        return web.json_response({"most": found})

    application = web.Application()
    application.add_routes(
        [
            web.post("/v1/projects/bench/messages:send", send),
            web.post("/token", token),
            web.get("/answer_after/{seconds}", change),
        ]
    )
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
