"""The partners' server: one real socket, with switches for its faults."""

import json
import random
import threading

from connectid.testing.fake_http import Answer, FakeHttpServer, Received
from tests.crash.history import History


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
        self._lock = threading.Lock()
        self.server = FakeHttpServer(self._answer)

    def expect(self, id_: str, place: int) -> None:
        """The message is its channel's ``place``-th: what a person sent stays in order."""
        self._places[id_] = place

    def _answer(self, call: Received) -> Answer:
        self.server.requests.clear()  # ten thousand bodies are of no use to anybody
        with self._lock:
            if self.down.is_set() or self._chance.random() < 0.01:
                self.refused += 1
                return Answer(503) if self._chance.random() < 0.7 else Answer(reset=True)
            try:
                body = json.loads(call.body)
            except ValueError:  # the caller died while it sent
                return Answer(reset=True)
            history = self._deliveries if call.path.endswith("/delivery") else self._receipts
            for message in body["messages"]:
                history.receive(message["message_id"])
                if history is self._deliveries:
                    self._note_order(body["channel_id"], message["message_id"])
            # It has it, and the answer is lost on the way: what follows is a duplicate that the contract allows.
            if self._chance.random() < 0.002:
                return Answer(reset=True)
            return Answer(200)

    def _note_order(self, channel_id: str, id_: str) -> None:
        if self._deliveries.received[id_] == 1:
            place = self._places.get(id_, 0)
            self.disordered += place < self._last.get(channel_id, 0)
            self._last[channel_id] = max(place, self._last.get(channel_id, 0))
