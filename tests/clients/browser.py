"""A plain browser: it follows links and fills in forms, keeps cookies, and knows no scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

from connectid.demo.phone import VirtualPhone
from tests.clients.running import BACKUP_CODE, RunningServer

MOST_STEPS = 25


@dataclass
class Form:
    """A form of a page: where it goes and what it carries unless its user says otherwise."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag in ("input", "select", "button") and self.found and "name" in given:
            self.found[-1].fields.setdefault(given["name"], given.get("value", ""))


@dataclass
class PlainBrowser:
    """A worker's browser, and the phone beside it on which the codes arrive."""

    server: RunningServer
    phone: VirtualPhone
    http: requests.Session = field(default_factory=requests.Session)
    decision: str = "allow"
    pages: list[str] = field(default_factory=list)
    """Paths of the pages that were shown."""

    def visit(self, url: str, *, until: str) -> str:
        """Open ``url``, do what the pages ask, and return the address below ``until`` to which one sends us in the end."""
        answer = self.http.get(url, allow_redirects=False, timeout=60)
        texts = len(self.server.texts(self.phone.phone_number))
        for _ in range(MOST_STEPS):
            if location := answer.headers.get("Location"):
                target = urljoin(answer.url, location)
                if target.startswith(until):
                    return target
                answer = self.http.get(target, allow_redirects=False, timeout=60)
                continue
            self.pages.append(urlsplit(answer.url).path)
            answer = self._fill_in(answer, texts)
        raise AssertionError(f"never sent to {until}: {self.pages}")

    def _fill_in(self, page: requests.Response, texts: int) -> requests.Response:
        assert page.ok, f"{page.status_code} {page.url}\n{page.text}"
        form = next(form for form in self._forms(page) if form.method == "post")
        given = form.fields | self._answers(form.fields, texts)
        action = urljoin(page.url, form.action)
        return self.http.post(
            action, data=given, headers={"Referer": page.url}, allow_redirects=False, timeout=60
        )

    def _answers(self, asked: Mapping[str, str], texts: int) -> dict[str, str]:
        if "number" in asked:
            return {"number": self.phone.phone_number}
        if "backup_code" in asked:
            return {"backup_code": BACKUP_CODE}
        if "code" in asked:
            return {"code": self.server.code_texted_after(self.phone.phone_number, texts)}
        if "decision" in asked:
            return {"decision": self.decision}
        return {}

    @staticmethod
    def _forms(page: requests.Response) -> list[Form]:
        parser = _Forms()
        parser.feed(page.text)
        return parser.found
