"""Who may call, by OAuth2.

A server with its client's credentials (A4, A5), a person with an access token (A2), any client at the endpoints of tokens (A8).
"""

from connectid.oauth.authentication.bearer import UserBearer, UserinfoBearer, user_bearer, userinfo_bearer
from connectid.oauth.authentication.client import ClientBasic, client_basic, client_basic_unexplained
from connectid.oauth.authentication.introspection import introspection_client
from connectid.oauth.authentication.token_client import TokenClient, token_client

__all__ = [
    "ClientBasic",
    "TokenClient",
    "UserBearer",
    "UserinfoBearer",
    "client_basic",
    "client_basic_unexplained",
    "introspection_client",
    "token_client",
    "user_bearer",
    "userinfo_bearer",
]
