"""A virtual operator: what somebody would do in the admin, over HTTP."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

import requests

from connectid.demo.phone import TIMEOUT

PLACE = "/admin/messaging/messageserver/"
PURPOSES = ("key", "callback", "delivery", "consent")


@dataclass
class Admin:
    """Somebody of staff with a browser."""

    server: str
    username: str
    password: str
    message_servers: Mapping[str, tuple[str, str]]
    """Ids and secrets of the message servers, by name."""
    http: requests.Session = field(default_factory=requests.Session)

    def change_addresses(self, name: str, addresses: Mapping[str, str]) -> dict[str, str]:
        """Have a message server called elsewhere; return where it was called before."""
        self._sign_in()
        found = self._page(f"{PLACE}?q={self.message_servers[name][0]}")
        # In the table: a message above it may link to what was changed before.
        change = re.search(rf'class="field-name"><a href="({PLACE}\d+/change/)', found)
        if change is None:
            raise LookupError(f"the admin does not list {name}")
        page = self._page(change[1])
        before = {purpose: _value(page, f"{purpose}_url") for purpose in PURPOSES}
        form = {f"{purpose}_url": address for purpose, address in addresses.items()}
        self._submit(change[1], form | {"name": name, "is_active": "on"})
        return before

    def _sign_in(self) -> None:
        if "sessionid" not in self.http.cookies:
            form = {"username": self.username, "password": self.password, "next": "/admin/"}
            self._page("/admin/login/")
            self._submit("/admin/login/", form)

    def _page(self, path: str) -> str:
        answer = self.http.get(f"{self.server}{path}", timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.text

    def _submit(self, path: str, form: dict[str, str]) -> None:
        token = self.http.cookies["csrftoken"]
        address = f"{self.server}{path}"
        answer = self.http.post(
            address,
            data=form | {"csrfmiddlewaretoken": token},
            headers={"Referer": address},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        if answer.status_code != 302:
            raise LookupError(f"{path} answered {answer.status_code}")


def _value(page: str, name: str) -> str:
    (tag,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    (value,) = re.findall(r'value="([^"]*)"', tag)
    return unescape(value)
