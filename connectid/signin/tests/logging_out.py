"""What tests of signing out have in common: a client with an address for it, its id token, a browser that asks."""

from typing import Any

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth import signing
from connectid.oauth.models import Client
from connectid.signin.tests.flows import Walk, new_client
from connectid.testing.answers import Answered

PATH = "/o/logout/"
AFTERWARDS = "https://client.example/signed-out"


def returning_client() -> Client:
    """A client that has people sent back after they signed out."""
    return new_client(post_logout_redirect_uris=f"{AFTERWARDS} https://client.example/other?a=1")


def hint(client: Client, account: Account, **changed: Any) -> str:
    """The id token that the client got when the account signed in."""
    now = int(clock.now().timestamp())
    claims = {"iss": signing.issuer(), "aud": client.client_id, "sub": account.username, "iat": now}
    return signing.sign({**claims, "exp": now + 36_000, **changed}, at=clock.now())


def is_signed_in(walk: Walk) -> bool:
    """Whether the browser still has a session, asked without a page."""
    walk.parameters["prompt"] = "none"
    return "login_required" not in walk.authorize().headers["Location"]


def get(walk: Walk, **parameters: str) -> Answered:
    answer: Answered = walk.browser.get(PATH, parameters)
    return answer
