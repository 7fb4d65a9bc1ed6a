"""Nothing tells a number that somebody has from one that nobody has (contract 16, E-22; safety: enumeration)."""

from typing import Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.jobs.draining import run_pending
from connectid.recovery.tests.older_app import WRONG, OlderApp
from connectid.testing.scene import BACKUP_CODE, new_account, new_number
from connectid.testing.statements import count_statements

pytestmark = pytest.mark.django_db

AFTER_RECOVER: dict[str, dict[str, Any]] = {
    "confirm_otp": {"token": WRONG},
    "secondary": {},
    "confirm_secondary_otp": {"token": WRONG},
    "confirm_pin": {"recovery_pin": BACKUP_CODE},
    "initiate_deactivation": {},
    "confirm_deactivation": {"token": WRONG},
}

UNKNOWN = {"X-Request-ID", "Date"}


def kinds() -> dict[str, str]:
    """Numbers of every kind of account, and of none."""
    return {
        "active": new_account(
            secondary_phone=new_number(), secondary_phone_proven_at=clock.now()
        ).phone_number,
        "nobody": new_number(),
        "closed": new_account(is_active=False).phone_number,
    }


def observed(app: OlderApp, name: str, *, client: Client) -> tuple[Any, ...]:
    """All that a caller can compare, and the work behind it."""
    with count_statements() as statements:
        answer = app.recover() if name == "recover" else app.call(name, **AFTER_RECOVER[name])
    body = answer.content if name != "recover" else len(answer.content)
    headers = {header: value for header, value in answer.headers.items() if header not in UNKNOWN}
    return answer.status_code, body, headers, [statement.split()[0] for statement in statements]


@pytest.mark.parametrize("name", ["recover", *AFTER_RECOVER])
def test_status_body_length_headers_and_statements_are_the_same(client: Client, name: str) -> None:
    seen = {}
    for kind, number in kinds().items():
        app = OlderApp(number)
        if name != "recover":
            app.recover()
            run_pending()
        seen[kind] = observed(app, name, client=client)
    assert seen["nobody"] == seen["active"] == seen["closed"]


def test_many_wrong_codes_look_alike(client: Client) -> None:
    """Also when the tries of the code, and those of the number, are used up."""
    seen = {}
    for kind, number in kinds().items():
        app = OlderApp(number)
        app.recover()
        run_pending()
        seen[kind] = [observed(app, "confirm_otp", client=client) for _ in range(12)]
    assert seen["nobody"] == seen["active"] == seen["closed"]
    assert len({str(one) for one in seen["nobody"]}) == 2
