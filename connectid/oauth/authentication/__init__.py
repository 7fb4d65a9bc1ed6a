"""Who may call, by OAuth2: a server with its client's credentials (A4, A5), a person with an access token (A2)."""

from connectid.oauth.authentication.bearer import UserBearer, user_bearer
from connectid.oauth.authentication.client import ClientBasic, client_basic, client_basic_unexplained

__all__ = ["ClientBasic", "UserBearer", "client_basic", "client_basic_unexplained", "user_bearer"]
