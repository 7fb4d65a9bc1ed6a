"""The people and servers that send and receive, each on a thread, and each patient: they repeat what was not answered."""

import json
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.crash.history import History
from tests.crash.partner import Partners

ANSWER_SECONDS = 30.0
SEALED = {"nonce": "bm9uY2Ux", "tag": "dGFndGFndGFn", "ciphertext": "Y2lwaGVydGV4dA=="}


@dataclass
class Lane:
    """A channel, with what its phone and its partner send to prove who they are."""

    id: str
    phone: dict[str, str]
    partner: dict[str, str]


@dataclass
class Load:
    """Sends ``each_way`` messages in each direction, over all the lanes, and receives what comes."""

    url: str
    lanes: list[Lane]
    each_way: int
    seed: int
    partners: Partners
    to_phones: History
    to_partners: History
    receipts: History
    stop: threading.Event = field(default_factory=threading.Event)
    broken: list[BaseException] = field(default_factory=list)

    def start(self) -> list[threading.Thread]:
        """Start the senders, which end when they are done, and the receivers, which end with ``stop``; return the senders."""
        senders = []
        for number, lane in enumerate(self.lanes):
            count = self.each_way // len(self.lanes) + (number < self.each_way % len(self.lanes))
            chance = random.Random(f"{self.seed} {number}")
            senders += [
                self._thread(self._phone_sends, lane, count, chance),
                self._thread(self._partner_sends, lane, count, chance),
            ]
            self._thread(self._phone_receives, lane)
        return senders

    @property
    def progress(self) -> float:
        """The share that was accepted."""
        return (len(self.to_phones.accepted) + len(self.to_partners.accepted)) / (2 * self.each_way)

    def _thread(self, act: Callable[..., None], *arguments: Any) -> threading.Thread:
        def run() -> None:
            try:
                with requests.Session() as session:
                    act(session, *arguments)
            except BaseException as error:  # noqa: BLE001 - shown by the run
                self.broken.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def _until_answered(
        self,
        session: requests.Session,
        path: str,
        headers: dict[str, str],
        body: Any,
        accepted: Callable[[Any], bool],
    ) -> None:
        while not self.stop.is_set():
            try:
                answer = session.post(
                    f"{self.url}{path}",
                    data=json.dumps(body),
                    headers=headers | {"Content-Type": "application/json"},
                    timeout=ANSWER_SECONDS,
                )
            except requests.RequestException:
                time.sleep(0.2)
                continue
            if accepted(answer):
                return
            assert answer.status_code >= 500, f"{path} answered {answer.status_code}: {answer.text[:200]}"
            time.sleep(0.2)

    def _partner_sends(
        self, session: requests.Session, lane: Lane, count: int, chance: random.Random
    ) -> None:
        for _ in range(count):
            id_ = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            self.to_phones.attempt(id_)
            body = {"channel": lane.id, "content": SEALED, "message_id": id_}
            # That it exists is how a sender learns that an unanswered attempt had arrived.
            self._until_answered(
                session,
                "/messaging/send_fcm/",
                lane.partner,
                body,
                lambda answer: answer.ok or "MESSAGE_ID_ALREADY_EXISTS" in answer.text,
            )
            self.to_phones.accept(id_)

    def _phone_sends(self, session: requests.Session, lane: Lane, count: int, chance: random.Random) -> None:
        place = 0
        while place < count:
            size = min(chance.choice((1, 1, 1, 4)), count - place)
            ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(size)]
            for id_ in ids:
                place += 1
                self.partners.expect(id_, place)
                self.to_partners.attempt(id_)
            messages = [{"channel": lane.id, "content": SEALED, "message_id": id_} for id_ in ids]
            body = messages[0] if size == 1 else messages
            self._until_answered(
                session,
                "/messaging/send_message/",
                lane.phone,
                body,
                lambda answer: answer.status_code == 201,
            )
            for id_ in ids:
                self.to_partners.accept(id_)

    def _phone_receives(self, session: requests.Session, lane: Lane) -> None:
        acknowledged: set[str] = set()
        while not self.stop.is_set():
            try:
                polled = session.get(
                    f"{self.url}/messaging/retrieve_notifications/",
                    headers=lane.phone,
                    timeout=ANSWER_SECONDS,
                )
                if not polled.ok:
                    continue
                new = polled.json()["notifications"]
                seen = {one["notification_id"]: one["message_id"] for one in new if one.get("message_id")}
                for message_id in seen.values():
                    # What comes again before it was acknowledged is no duplicate: the poll is a look, not a taking.
                    if message_id not in self.to_phones.received or message_id in acknowledged:
                        self.to_phones.receive(message_id)
                        self.receipts.attempt(message_id)
                if (
                    seen
                    and session.post(
                        f"{self.url}/messaging/update_notification_received/",
                        json={"notifications": list(seen)},
                        headers=lane.phone,
                        timeout=ANSWER_SECONDS,
                    ).ok
                ):
                    for message_id in seen.values():
                        acknowledged.add(message_id)
                        self.receipts.accept(message_id)
            except requests.RequestException:
                pass
            self.stop.wait(0.5)
