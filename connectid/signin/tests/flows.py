"""What tests of the sign-in do again and again: a client that asks, a browser that walks."""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client as Browser

from connectid.accounts.models import Account
from connectid.core.ratelimit import Limit
from connectid.jobs.draining import run_pending
from connectid.oauth.models import Client
from connectid.oauth.operations.clients import create_client, replace_secret
from connectid.sandbox import inbox
from connectid.testing import buckets
from connectid.testing.answers import Answered
from connectid.testing.scene import BACKUP_CODE, basic, new_account

ISSUER = "http://127.0.0.1:8000/o"
REDIRECT = "https://client.example/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def new_client(
    *, public: bool = False, redirect_uris: tuple[str, ...] = (REDIRECT,), **fields: Any
) -> Client:
    """A client of the authorization code grant."""
    made = create_client(
        name="Clinic Records",
        grant=Client.GRANT_AUTHORIZATION_CODE,
        public=public,
        redirect_uris=redirect_uris,
    )
    if fields:
        Client.objects.filter(client_id=made.client_id).update(**fields)
    found: Client = Client.objects.get(client_id=made.client_id)
    return found


def asked(client: Client, **changed: str | None) -> dict[str, str]:
    """The parameters of an authorization request; None leaves one out."""
    given: dict[str, str | None] = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "state": "af0ifjsldkj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (given | changed).items() if value is not None}


@dataclass
class Walk:
    """A browser on its way through the pages for one authorization request."""

    parameters: dict[str, str]
    browser: Browser = field(default_factory=Browser)

    @property
    def query(self) -> str:
        return urlencode(self.parameters)

    def authorize(self) -> Answered:
        answer: Answered = self.browser.get(f"/o/authorize/?{self.query}")
        return answer

    def get(self, page: str = "") -> Answered:
        answer: Answered = self.browser.get(f"/o/sign_in{page}?{self.query}")
        return answer

    def post(self, page: str = "", **fields: str) -> Answered:
        answer: Answered = self.browser.post(f"/o/sign_in{page}?{self.query}", fields)
        return answer

    def number(self, number: str) -> Answered:
        return self.post("", number=number)

    def code(self, number: str) -> Answered:
        return self.post("/code", code=newest_code(number))

    def sign_in(self, account: Account, *, backup_code: str = BACKUP_CODE) -> Answered:
        """Walk all three steps."""
        self.number(account.phone_number)
        self.code(account.phone_number)
        return self.post("/backup_code", backup_code=backup_code)


def newest_code(number: str) -> str:
    """The code of the newest text to the number."""
    run_pending()
    code: str = re.findall(r"\d{6}", inbox.messages(kind="sms", to=number)[0].text)[0]
    return code


def told(answer: Answered) -> dict[str, str]:
    """What a redirect tells the client."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def exchange(client: Client, code: str, **changed: str) -> Answered:
    """Bring a code to the token endpoint, as ``client``."""
    secret = replace_secret(client=client).client_secret
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    answer: Answered = Browser().post("/o/token", form | changed, headers=basic(client.client_id, secret))
    return answer


def leads_to(answer: Answered) -> str:
    """The path of the page that somebody is sent to."""
    assert answer.status_code in (302, 303)
    return str(answer["Location"]).partition("?")[0]


def signed_in_walk(
    client: Client | None = None, account: Account | None = None, **changed: str | None
) -> Walk:
    """A browser in which somebody signed in for ``client``."""
    walk = Walk(asked(client or new_client(), **changed))
    walk.sign_in(account or new_account())
    return walk


def spend_all(limit: Limit) -> None:
    """Use up what the test's address may do."""
    buckets.empty(limit, "127.0.0.0/24")
