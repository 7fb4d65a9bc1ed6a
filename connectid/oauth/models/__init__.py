"""Clients, tokens and keys. Clients and tokens are django-oauth-toolkit's models in tables of our own.

They are swapped from the start because a model cannot be swapped once it has rows, and leave out, as ``None``, the toolkit's
columns that nobody would read.
"""

from connectid.oauth.models.browser_sessions import BrowserSession
from connectid.oauth.models.clients import ANDROID_CLIENT_ID, Client, known_permissions
from connectid.oauth.models.signing_keys import SigningKey
from connectid.oauth.models.tokens import AccessToken, AuthorizationCode, DeviceGrant, IdToken, RefreshToken

__all__ = [
    "ANDROID_CLIENT_ID",
    "AccessToken",
    "AuthorizationCode",
    "BrowserSession",
    "Client",
    "DeviceGrant",
    "IdToken",
    "RefreshToken",
    "SigningKey",
    "known_permissions",  # a migration names it here
]
