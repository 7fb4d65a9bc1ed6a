"""Access tokens for tests, stored as the token endpoint stores them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connectid.accounts.models import Account
from connectid.config.demo_objects import ANDROID_CLIENT_ID
from connectid.config.oauth_provider import ACCESS_TOKEN_SECONDS
from connectid.core import clock, secrets
from connectid.oauth.models import AccessToken, Client
from connectid.oauth.operations import clients
from connectid.oauth.queries.access_tokens import checksum
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
    lifetime: timedelta = timedelta(seconds=ACCESS_TOKEN_SECONDS),
    **fields: Any,
) -> IssuedToken:
    """A live access token of an account, by default a new one's, issued to the app."""
    account = account or new_account()
    token = secrets.new_token()[:30]  # as long as the app's (contract 14.1)
    AccessToken.objects.create(
        user=account,
        application=client or the_app(),
        token="",
        token_checksum=checksum(token),
        scope=scope,
        expires=clock.now() + lifetime,
        **fields,
    )
    return IssuedToken(account, token)


def the_app() -> Client:
    """The public client that every release of the app has built in (contract 14.1)."""
    made = clients.create_client(
        name="CommCare", grant=Client.GRANT_PASSWORD, client_id=ANDROID_CLIENT_ID, public=True
    )
    app: Client = Client.objects.get(client_id=made.client_id)
    return app
