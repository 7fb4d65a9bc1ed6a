"""The people and servers that send and receive, each a task, and each patient: they repeat what was not answered."""

import asyncio
import contextlib
import json
import random
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.crash.history import History
from tests.crash.outside import Outside
from tests.crash.partner import Partners

ANSWER_SECONDS = 30.0
POLL_SECONDS = 1.0
SEALED = {"nonce": "bm9uY2Ux", "tag": "dGFndGFndGFn", "ciphertext": "Y2lwaGVydGV4dA=="}
UNANSWERED = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass
class Lane:
    """A channel, with what its phone and its partner send to prove who they are."""

    id: str
    phone: dict[str, str]
    partner: dict[str, str]


@dataclass(frozen=True)
class Said:
    """An answer of the server."""

    status: int
    text: str

    @property
    def ok(self) -> bool:
        """Whether the server did it."""
        return self.status < 400


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
    _receiving: list[Future[None]] = field(default_factory=list)
    _sending: list[Future[None]] = field(default_factory=list)

    def start(self, outside: Outside) -> None:
        """Start the senders, which end when they are done, and the receivers, which end with :meth:`stop`."""
        for number, lane in enumerate(self.lanes):
            count = self.each_way // len(self.lanes) + (number < self.each_way % len(self.lanes))
            chance = random.Random(f"{self.seed} {number}")
            self._sending += [
                outside.submit(self._with_session(self._phone_sends, lane, count, chance)),
                outside.submit(self._with_session(self._partner_sends, lane, count, chance)),
            ]
            self._receiving.append(outside.submit(self._with_session(self._phone_receives, lane)))

    def stop(self) -> None:
        """End everybody."""
        for one in (*self._sending, *self._receiving):
            one.cancel()

    @property
    def is_sent(self) -> bool:
        """Whether every sender is done."""
        return all(sender.done() for sender in self._sending)

    def check(self) -> None:
        """Raise what somebody met who was not answered as the contract says."""
        for one in (*self._sending, *self._receiving):
            if one.done():
                one.result()

    @property
    def progress(self) -> float:
        """The share that was accepted."""
        return (len(self.to_phones.accepted) + len(self.to_partners.accepted)) / (2 * self.each_way)

    async def _with_session(self, act: Callable[..., Any], *arguments: Any) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as session:
            await act(session, *arguments)

    async def _call(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        headers: dict[str, str],
        body: Any = None,
    ) -> Said:
        """Make one call; raises one of ``UNANSWERED``."""
        content = None if body is None else json.dumps(body)
        typed = headers | {"Content-Type": "application/json"}
        async with session.request(method, f"{self.url}{path}", data=content, headers=typed) as answer:
            return Said(answer.status, await answer.text())

    async def _until_answered(
        self,
        session: aiohttp.ClientSession,
        path: str,
        headers: dict[str, str],
        body: Any,
        accepted: Callable[[Said], bool],
    ) -> None:
        while True:
            try:
                answer = await self._call(session, "POST", path, headers, body)
            except UNANSWERED:
                await asyncio.sleep(0.2)
                continue
            if accepted(answer):
                return
            assert answer.status >= 500, f"{path} answered {answer.status}: {answer.text[:200]}"
            await asyncio.sleep(0.2)

    async def _partner_sends(
        self, session: aiohttp.ClientSession, lane: Lane, count: int, chance: random.Random
    ) -> None:
        for _ in range(count):
            id_ = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            self.to_phones.attempt(id_)
            body = {"channel": lane.id, "content": SEALED, "message_id": id_}
            # That it exists is how a sender learns that an unanswered attempt had arrived.
            await self._until_answered(
                session,
                "/messaging/send_fcm/",
                lane.partner,
                body,
                lambda answer: answer.ok or "MESSAGE_ID_ALREADY_EXISTS" in answer.text,
            )
            self.to_phones.accept(id_)

    async def _phone_sends(
        self, session: aiohttp.ClientSession, lane: Lane, count: int, chance: random.Random
    ) -> None:
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
            await self._until_answered(
                session,
                "/messaging/send_message/",
                lane.phone,
                body,
                lambda answer: answer.status == 201,
            )
            for id_ in ids:
                self.to_partners.accept(id_)

    async def _phone_receives(self, session: aiohttp.ClientSession, lane: Lane) -> None:
        acknowledged: set[str] = set()
        while True:
            with contextlib.suppress(*UNANSWERED):
                await self._receive_once(session, lane, acknowledged)
            await asyncio.sleep(POLL_SECONDS)

    async def _receive_once(self, session: aiohttp.ClientSession, lane: Lane, acknowledged: set[str]) -> None:
        polled = await self._call(session, "GET", "/messaging/retrieve_notifications/", lane.phone)
        if not polled.ok:
            return
        new = json.loads(polled.text)["notifications"]
        seen = {one["notification_id"]: one["message_id"] for one in new if one.get("message_id")}
        for message_id in seen.values():
            # What comes again before it was acknowledged is no duplicate: the poll is a look, not a taking.
            if message_id not in self.to_phones.received or message_id in acknowledged:
                self.to_phones.receive(message_id)
                self.receipts.attempt(message_id)
        if not seen:
            return
        path, body = "/messaging/update_notification_received/", {"notifications": list(seen)}
        if (await self._call(session, "POST", path, lane.phone, body)).ok:
            for message_id in seen.values():
                acknowledged.add(message_id)
                self.receipts.accept(message_id)
