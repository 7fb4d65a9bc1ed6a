"""A partner server in a process of its own: takes callbacks, and says how many there were."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from urllib.request import urlopen

from aiohttp import web


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Run it until the block ends; yields its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.fleet.partner"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def received(url: str) -> int:
    """How many callbacks came so far."""
    with urlopen(f"{url}/count", timeout=5) as answer:
        return int(answer.read())


async def _serve() -> None:
    count = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal count
        await request.read()
        count += 1
        return web.json_response({})

    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=str(count))

    application = web.Application()
    application.add_routes([web.get("/count", tell), web.post("/{anything:.*}", take)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
