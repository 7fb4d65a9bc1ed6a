"""A partner server that invites, looks up and pays, as the contract has it."""

from typing import Any

import requests

from connectid.demo.phone import TIMEOUT


class PartnerServer:
    """What a server with a client's id and secret calls."""

    def __init__(self, server: str, credentials: tuple[str, str]) -> None:
        self._server = server
        self._http = requests.Session()
        self._http.auth = credentials

    def fetch_users(self, *numbers: str) -> list[dict[str, str]]:
        """Which of these numbers have an account (contract 7.1)."""
        return self._get("users/fetch_users", {"phone_numbers": list(numbers)}, "found_users")

    def demo_users(self) -> list[dict[str, str]]:
        """The codes of demonstration numbers (contract 7.2)."""
        return self._get("users/demo_users", {}, "demo_users")

    def user_counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Accounts by month: all of them, and those that nobody invited (contract 7.7)."""
        answer = self._http.get(f"{self._server}/users/fetch_user_counts", timeout=TIMEOUT)
        answer.raise_for_status()
        found = answer.json()
        return found["total_users"], found["non_invited_users"]

    def payment_numbers(self, *usernames: str) -> list[dict[str, str]]:
        """Where these people are paid (contract 10)."""
        query = {"usernames": list(usernames)}
        return self._get("users/fetch_payment_phone_numbers", query, "found_payment_numbers")

    def judge(self, *updates: dict[str, str]) -> dict[str, Any]:
        """Say whether payment numbers will do (contract 10)."""
        return self._post("users/validate_payment_phone_numbers", {"updates": list(updates)})

    def send(self, usernames: list[str], **message: Any) -> dict[str, Any]:
        """Tell people something (contract 7.3)."""
        return self._post("messaging/send/", {"usernames": usernames, **message})

    def send_bulk(self, *messages: dict[str, Any]) -> dict[str, Any]:
        """Tell people different things (contract 7.4)."""
        return self._post("messaging/send_bulk/", {"messages": list(messages)})

    def invite(self, *, number: str, callback: str, code: str) -> dict[str, Any]:
        """Invite the worker of a number into a project (contract 9)."""
        invitation = {"username": "chikondi", "user_domain": "malaria", "invite_code": code}
        return self._post(
            "users/forward_hq_invite", {"phone_number": number, "callback_url": callback, **invitation}
        )

    def _get(self, path: str, query: dict[str, list[str]], key: str) -> list[dict[str, str]]:
        answer = self._http.get(f"{self._server}/{path}", params=query, timeout=TIMEOUT)
        answer.raise_for_status()
        found: list[dict[str, str]] = answer.json()[key]
        return found

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(f"{self._server}/{path}", json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said
