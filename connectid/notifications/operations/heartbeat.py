"""A phone says that it is there, and where pushes reach it."""

from datetime import datetime

from connectid.devices.operations import push
from connectid.devices.operations.push import Registered
from connectid.oauth import errors
from connectid.oauth.queries import access_tokens
from connectid.oauth.queries.access_tokens import UserToken


def beat(*, caller: UserToken, token: str, at: datetime) -> Registered:
    """Note that the caller's phone is there, and register the address ``token`` where it is not the current one.

    One statement where it is, and one more now and then; otherwise at most seven. Raises
    :class:`~connectid.oauth.errors.InvalidAccessToken` where the caller's access token was revoked meanwhile: a phone that has
    just lost its account to another one must not get its pushes back by a heartbeat on its way. And
    :class:`~connectid.core.ratelimit.Throttled`.
    """
    if push.hear(account_id=caller.account_id, token=token, at=at):
        return Registered.UNCHANGED

    def refuse_if_revoked() -> None:
        if access_tokens.is_revoked(caller.token_id):
            raise errors.InvalidAccessToken

    return push.register(account_id=caller.account_id, token=token, at=at, check=refuse_if_revoked)
