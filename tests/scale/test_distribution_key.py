"""The account is the key by which tables could be spread over many databases: hot statements name one, or say why not.

docs/scale.md tells what follows from it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from connectid.testing import partners
from connectid.testing.plans import line_served
from connectid.testing.scene import new_phone
from tests.scale.hot_calls import HOT, calls

pytestmark = pytest.mark.django_db

TABLES_OF_ACCOUNTS = (
    "accounts_account",
    "credentials_award",
    "devices_device",
    "devices_pushregistration",
    "messaging_callback",
    "messaging_channel",
    "messaging_message",
    "notifications_notification",
    "oauth_accesstoken",
    "oauth_refreshtoken",
)
"""Tables that would be spread. Others are small, and every database has all of them (clients, partners, switches)."""

SPREAD = re.compile(rf"\b(?:{'|'.join(TABLES_OF_ACCOUNTS)})\b")
BY_ACCOUNT = re.compile(
    r'(?:account_id"? ?= ?%s|account_id"? = ANY|account_id"? IN \(|user_id"? ?= ?%s'
    r'|"accounts_account"."id" = %s|a\.id = %s|INSERT INTO "?\w+"? \([^)]*"?(?:account_id|user_id)"?)'
)

OTHERWISE = {
    "devices/queries.py:by_credential": "finds the account by the digest of its device's credential: the one look-up before it is known",
    "oauth/queries/access_tokens.py:live_token": "the same, by the checksum of a bearer token",
    "oauth/queries/introspection.py:asked": "the same, together with the client that asks",
    "oauth/queries/access_tokens.py:is_revoked": "a look-up by primary key, of the token that was just found",
    "devices/queries.py:_recipients": "partners name many accounts at once: a statement goes to each database that has some of them",
}
"""Beginnings of lines of our code whose statements name no account, and the reason."""

if connection.vendor == "sqlite":  # where they are statements of their own
    OTHERWISE |= {
        "messaging/operations/messages.py:send_to_phone": "a partner names the channel, whose row names the account",
        "messaging/operations/callbacks.py:store": "written beside the channel, which belongs to one account",
        "messaging/operations/receipts.py:_deliver": "messages of notifications that the account's statement just returned",
    }


@contextmanager
def recorded() -> Iterator[list[tuple[str, str]]]:
    """Collect each statement of a served line: the line and the text."""
    found: list[tuple[str, str]] = []

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        line = line_served()
        if line is not None and not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "ROLLBACK")):
            found.append((line, " ".join(sql.split())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield found


def test_every_hot_statement_names_an_account_or_has_a_reason() -> None:
    phone, partner = new_phone(), partners.new_partner()
    channel = partners.new_channel(partner, phone.account.pk)
    with recorded() as found:
        answers = dict(calls(phone, partner, channel))
    assert set(answers) == set(HOT)
    assert {route: answer.status_code for route, answer in answers.items() if answer.status_code >= 300} == {}
    spread = [(line, sql) for line, sql in found if SPREAD.search(sql)]
    assert len(spread) > len(HOT)
    keyless = {line: sql for line, sql in spread if not BY_ACCOUNT.search(sql)}
    without = {line: sql for line, sql in keyless.items() if not line.startswith(tuple(OTHERWISE))}
    assert sorted(without.items()) == []
    idle = [start for start in OTHERWISE if not any(line.startswith(start) for line in keyless)]
    assert idle == [], "reasons that nothing needs any more"
