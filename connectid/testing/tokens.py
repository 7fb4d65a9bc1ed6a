"""Access tokens for tests, stored as the token endpoint stores them."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connectid.accounts.models import Account
from connectid.core import clock
from connectid.oauth import lifetimes, opaque_tokens
from connectid.oauth.models import ANDROID_CLIENT_ID, AccessToken, Client
from connectid.oauth.opaque_tokens import checksum
from connectid.oauth.operations import clients, tokens
from connectid.oauth.operations.tokens import Family, Issued
from connectid.oauth.queries.clients import stored_client
from connectid.testing.scene import new_account


@dataclass(frozen=True)
class IssuedToken:
    """An access token and the account that it speaks for."""

    account: Account
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What its bearer sends (contract A2)."""
        return {"Authorization": f"Bearer {self.token}"}


def new_token(
    *,
    account: Account | None = None,
    client: Client | None = None,
    scope: str = "openid",
    lifetime: timedelta = lifetimes.ACCESS_TOKEN,
    **fields: Any,
) -> IssuedToken:
    """A live access token of an account, by default a new one's, issued to the app."""
    account = account or new_account()
    token = opaque_tokens.new_token(at=clock.now())
    AccessToken.objects.create(
        user=account,
        application=client or the_app(),
        token_checksum=checksum(token),
        scope=scope,
        expires=clock.now() + lifetime,
        **fields,
    )
    return IssuedToken(account, token)


def new_pair(account: Account, *, scope: str = "openid") -> Issued:
    """An access token and a refresh token, issued to the app as the token endpoint does."""
    app = stored_client(the_app().client_id)
    assert app is not None
    now = clock.now()
    family = Family(uuid.uuid4(), app, account.pk, authenticated_at=now)
    return tokens.issue_pair(family=family, scope=scope, at=now)


def the_app() -> Client:
    """The public client that every release of the app has built in (contract 14.1)."""
    made = clients.create_client(
        name="CommCare", grant=Client.GRANT_PASSWORD, client_id=ANDROID_CLIENT_ID, public=True
    )
    app: Client = Client.objects.get(client_id=made.client_id)
    return app
