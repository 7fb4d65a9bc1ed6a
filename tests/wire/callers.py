"""Callers of every kind, and what their calls change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from connectid.credentials.authentication import IssuerBasic
from connectid.devices.authentication import DeviceBasic
from connectid.enrollment.authentication import EnrollmentSessionBearer
from connectid.messaging.authentication import MessageServerBasic
from connectid.oauth.authentication import ClientBasic, TokenClient, UserBearer
from connectid.oauth.operations.clients import create_client
from connectid.oauth.permissions import ALL
from connectid.testing.issuers import new_issuer
from connectid.testing.partners import new_partner
from connectid.testing.scene import basic, new_number, new_phone, new_session
from connectid.testing.tokens import new_token
from connectid.verification.models import Counter
from connectid.web.authentication import Scheme

type Headers = dict[str, str]

KINDS: dict[str, tuple[type[Scheme[Any]], ...]] = {
    "device": (DeviceBasic,),
    "session": (EnrollmentSessionBearer,),
    "user token": (UserBearer,),
    "client": (ClientBasic, TokenClient),
    "message server": (MessageServerBasic,),
    "issuer": (IssuerBasic,),
}
"""Every kind of credentials, and the schemes that it opens."""


def new_client(*permissions: str) -> Headers:
    """A confidential client of its own."""
    made = create_client(name="test", grant="client-credentials", permissions=permissions)
    return basic(made.client_id, made.client_secret)


def new_caller(kind: str) -> Headers:
    """Live credentials of a kind."""
    match kind:
        case "device":
            return new_phone(secondary_phone=new_number()).headers
        case "session":
            return new_session(proven=True, is_invited=True).headers
        case "user token":
            return new_token().headers
        case "client":
            return new_client(*ALL)
        case "message server":
            return new_partner().headers
        case "issuer":
            return new_issuer().headers
    raise NotImplementedError(kind)


def refused_by(schemes: list[Scheme[Any]]) -> dict[str, Headers]:
    """Whom an endpoint must not let in: nobody in particular, and live credentials of every kind that is not its own."""
    found: dict[str, Headers] = {"nobody": {}, "unknown": basic("nobody", "x"), "no token": bearer("x")}
    for kind, opened in KINDS.items():
        if not any(isinstance(scheme, opened) for scheme in schemes):
            found[kind] = new_caller(kind)
            if found[kind]["Authorization"].startswith("Bearer "):
                continue
            # The same words in the other header, as a caller that mixes them up would send them.
            found[f"{kind} as bearer"] = bearer(found[kind]["Authorization"].removeprefix("Basic "))
    for scheme in schemes:
        if isinstance(scheme, ClientBasic):
            found["client without the permission"] = new_client(*{*ALL} - {scheme.permission.value})
    return found


def bearer(token: str) -> Headers:
    """A Bearer header."""
    return {"Authorization": f"Bearer {token}"}


type Rows = dict[tuple[str, Any], dict[str, Any]]


@dataclass
class Changes:
    """What a call did: rows that it changed or took away, and how many it added to which table."""

    touched: set[tuple[str, Any]] = field(default_factory=set)
    added: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.touched or self.added)


@contextmanager
def changes() -> Iterator[Changes]:
    """See what changes inside."""
    found, before = Changes(), _all_rows()
    yield found
    after = _all_rows()
    found.touched |= {key for key, row in before.items() if after.get(key) != row}
    for table, _ in after.keys() - before.keys():
        found.added[table] = found.added.get(table, 0) + 1


@cache
def _stored_models() -> list[type[Model]]:
    """Those that have a table: the OAuth library brings models that nobody uses."""
    tables = connection.introspection.table_names()
    models = apps.get_models(include_auto_created=True)
    # An attempt is counted before it is judged.
    return [model for model in models if model._meta.db_table in tables and model is not Counter]


def _all_rows() -> Rows:
    return {
        (model._meta.label, row[model._meta.pk.attname]): row
        for model in _stored_models()
        for row in model._base_manager.order_by().values()
    }
