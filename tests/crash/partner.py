"""The partners' server: one real socket, with switches for its faults."""

import contextlib
import json
import random
import threading
from collections.abc import Iterator

from aiohttp import web

from tests.crash.history import History
from tests.crash.outside import Outside


class Partners:
    """Takes deliveries and receipts down in their histories; answers some calls badly, or all of them while it is down."""

    def __init__(self, *, seed: int, deliveries: History, receipts: History) -> None:
        self.down = threading.Event()
        self.refused = 0
        self.disordered = 0
        self._chance = random.Random(seed)
        self._deliveries = deliveries
        self._receipts = receipts
        self._last: dict[str, int] = {}
        self._places: dict[str, int] = {}

    def expect(self, id_: str, place: int) -> None:
        """The message is its channel's ``place``-th: what a person sent stays in order."""
        self._places[id_] = place

    @contextlib.contextmanager
    def listening(self, outside: Outside) -> Iterator[str]:
        """Answer at the address that is lent until the block ends."""
        runner, url = outside.submit(self._listen()).result()
        try:
            yield url
        finally:
            outside.submit(runner.cleanup()).result()

    async def _listen(self) -> tuple[web.AppRunner, str]:
        application = web.Application()
        application.router.add_post("/{partner}/{what}", self._answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _answer(self, request: web.Request) -> web.Response:
        content = await request.read()
        if self.down.is_set() or self._chance.random() < 0.01:
            self.refused += 1
            return web.Response(status=503) if self._chance.random() < 0.7 else _reset(request)
        try:
            body = json.loads(content)
        except ValueError:  # the caller died while it sent
            return _reset(request)
        history = self._deliveries if request.match_info["what"] == "delivery" else self._receipts
        for message in body["messages"]:
            history.receive(message["message_id"])
            if history is self._deliveries:
                self._note_order(body["channel_id"], message["message_id"])
        # It has it, and the answer is lost on the way: what follows is a duplicate that the contract allows.
        return _reset(request) if self._chance.random() < 0.002 else web.Response()

    def _note_order(self, channel_id: str, id_: str) -> None:
        if self._deliveries.received[id_] == 1:
            place = self._places.get(id_, 0)
            self.disordered += place < self._last.get(channel_id, 0)
            self._last[channel_id] = max(place, self._last.get(channel_id, 0))


def _reset(request: web.Request) -> web.Response:
    """Cut the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
