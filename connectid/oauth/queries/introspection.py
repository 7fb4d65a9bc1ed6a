"""Introspection's one statement: the client that asks together with the token that it asks about."""

from datetime import datetime

from connectid.core import prepared
from connectid.oauth.opaque_tokens import checksum
from connectid.oauth.queries import access_tokens, clients
from connectid.oauth.queries.access_tokens import LiveToken, live_token_of
from connectid.oauth.queries.clients import StoredClient, client_of

_ASKED = f"""
SELECT {", ".join(f"c.{column}" for column in clients.COLUMNS)},
       {access_tokens.COLUMNS}
  FROM oauth_client c
       LEFT JOIN oauth_accesstoken t ON t.token_checksum = %s
       {access_tokens.JOINS}
 WHERE c.client_id = %s
""".format(client="o")  # noqa: S608 - names of ours
_OF_CLIENT = len(clients.COLUMNS)


def asked(*, client_id: str, token: str, at: datetime) -> tuple[StoredClient | None, LiveToken | None]:
    """Return the client of that id and what ``token`` says, each None where there is none; one statement.

    The client has proved nothing yet: the caller looks at the token only once it has.
    """
    row = prepared.row(_ASKED, [checksum(token), client_id])
    if row is None:
        return None, None
    of_token = row[_OF_CLIENT:]
    return client_of(row[:_OF_CLIENT]), None if of_token[0] is None else live_token_of(of_token, at=at)
