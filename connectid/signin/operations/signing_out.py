"""Signing out: the browser forgets the person, and the client that asked for it has nothing of theirs any more."""

from django.db import transaction

from connectid.oauth.operations import browser_sessions, revocation


def sign_out(*, key: str, account_id: int, client_id: int | None) -> None:
    """End the browser session of ``key``, and every token that the client holds for the account, if it is named. At most four statements.

    ``client_id`` is the row's id of a client that proved, by its id token, that it knows the person. Other clients, and the person's
    phone, stay signed in: they did not ask.
    """
    with transaction.atomic():
        browser_sessions.end(key=key)
        if client_id is not None:
            revocation.revoke_held(account_id=account_id, client_id=client_id)
