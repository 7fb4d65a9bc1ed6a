"""The messages of a virtual phone: how the app polls, fetches keys, reads, acknowledges and answers (contract 6, 13)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidTag

from connectid.demo import sealing
from connectid.demo.phone import TIMEOUT, Crashed, VirtualPhone

SEALED_KEYS = ("notification_id", "message_id", "channel", "timestamp", "tag", "nonce", "ciphertext")
"""What the app reads of a message; each must be there."""


@dataclass
class Messenger(VirtualPhone):
    """An enrolled phone that talks to partner servers."""

    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def poll(self) -> list[dict[str, str]]:
        """Ask for what is new, and acknowledge what could be read; return the messages, each with its ``text``.

        As the app does, messages are matched with the channels that were known before this poll: those of a brand-new channel are
        read at the next one.
        """
        answer = self.fetch()
        known = dict(self.keys)
        read: list[dict[str, str]] = []
        done: list[str] = []
        for item in answer["notifications"]:
            _parse(item)
            if item["notification_type"] == "MESSAGING":
                text = _read(item, known)
                if text is None:
                    continue
                read.append(item | {"text": text})
            done.append(item["notification_id"])
        self._keep_channels(answer["channels"])
        if done:
            self.acknowledge(*done)
        return read

    def fetch(self) -> dict[str, Any]:
        """Ask for what was not acknowledged, and for the channels."""
        return self._object(self._get("/messaging/retrieve_notifications/", auth=self._basic()))

    def acknowledge(self, *notification_ids: str) -> None:
        """Say that these notifications are here."""
        body: dict[str, Any] = {"notifications": list(notification_ids)}
        self._post("/messaging/update_notification_received/", body, auth=self._basic())

    def send_message(self, channel_id: str, text: str) -> str:
        """Answer into a channel, with a nonce of 12 bytes; return the message's id."""
        message_id = str(uuid4())
        content = sealing.seal(text, key=self.keys[channel_id], nonce_bytes=sealing.PHONE_NONCE_BYTES)
        body: dict[str, Any] = {
            "channel": channel_id,
            "content": content,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "message_id": message_id,
        }
        self._post("/messaging/send_message/", body, auth=self._basic())
        return message_id

    def update_consent(self, channel_id: str, *, consent: bool) -> None:
        """Allow or stop a channel."""
        body: dict[str, Any] = {"channel": channel_id, "consent": consent}
        self._post("/messaging/update_consent/", body, auth=self._basic())

    def _keep_channels(self, listed: list[dict[str, Any]]) -> None:
        """Take over the list, delete what is not in it unless it is empty, and fetch the keys that are missing."""
        found = {channel["channel_id"]: channel for channel in listed}
        if found:
            self.keys = {channel_id: key for channel_id, key in self.keys.items() if channel_id in found}
            self.channels = found
        for channel_id, channel in found.items():
            if not isinstance(channel["consent"], bool):
                raise Crashed("consent is no boolean")
            if channel["consent"] and channel_id not in self.keys:
                self.keys[channel_id] = self._fetch_key(channel["key_url"], channel_id)

    def _fetch_key(self, key_url: str, channel_id: str) -> str:
        """Ask the partner server for the key: a form, with our access token."""
        response = self.http.post(
            key_url,
            data={"channel_id": channel_id},
            headers=self._accept() | {"Authorization": f"Bearer {self.access_token}"},
            timeout=TIMEOUT,
        )
        return str(self._object(self._sent(response))["key"])


def _parse(item: dict[str, Any]) -> None:
    try:
        datetime.fromisoformat(item["timestamp"])
    except (KeyError, ValueError) as error:
        raise Crashed("a notification without a readable timestamp") from error
    if any(value is None for value in item.values()):
        raise Crashed('null in a notification: the app reads it as the text "null"')


def _read(item: dict[str, str], keys: dict[str, str]) -> str | None:
    """Return what a message says; None where the phone cannot read it (yet), and so does not acknowledge it."""
    if missing := [name for name in SEALED_KEYS if not item.get(name)]:
        raise Crashed(f"a message without {missing}")
    key = keys.get(item["channel"])
    if key is None:
        return None
    try:
        return sealing.unseal(item, key=key)
    except InvalidTag:
        return None
