"""Ending what was granted."""

from django.db import connection, transaction

from connectid.oauth.models import AccessToken, AuthorizationCode, RefreshToken


def revoke_all(*, account_id: int) -> None:
    """End every token and authorization code of an account: three statements, whatever their number.

    Call it inside the transaction that locks, deactivates or recovers the account, so that no token outlives the decision
    (contract 16, E-14). Rows are deleted by their account's index and not through the ORM, which would first load them all
    to look for what refers to them: only the two token tables do, each to the other, and their keys are checked at commit.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (RefreshToken, AccessToken, AuthorizationCode):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE user_id = %s", [account_id])  # noqa: S608
