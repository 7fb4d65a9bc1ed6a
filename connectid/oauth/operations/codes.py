"""Authorization codes: made by the sign-in page, exchanged at the token endpoint."""

from datetime import datetime

from connectid.core import secrets
from connectid.core.identifiers import new_ordered_uuid
from connectid.oauth import lifetimes
from connectid.oauth.models import AuthorizationCode
from connectid.oauth.opaque_tokens import checksum


def issue_code(
    *,
    client_id: int,
    account_id: int,
    scope: str,
    redirect_uri: str,
    code_challenge: str,
    nonce: str,
    authenticated_at: datetime,
    at: datetime,
) -> str:
    """Make a code that the client may exchange once within a minute, and return it; one statement.

    ``client_id`` is the client's row. ``redirect_uri`` is the request's parameter, empty where it had none: the exchange must
    name the same (RFC 6749 section 4.1.3). ``code_challenge`` is that of PKCE with S256, empty for a confidential client that
    used none. ``authenticated_at`` is when the person proved who they are, which id tokens tell as ``auth_time``.
    """
    code = secrets.new_urlsafe_token()
    AuthorizationCode.objects.create(
        code_checksum=checksum(code),
        token_family=new_ordered_uuid(),
        application_id=client_id,
        user_id=account_id,
        scope=scope,
        redirect_uri=redirect_uri,
        code_challenge=code_challenge,
        nonce=nonce,
        authenticated_at=authenticated_at,
        created=at,
        expires=at + lifetimes.AUTHORIZATION_CODE,
    )
    return code
