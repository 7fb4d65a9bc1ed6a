"""The tables that are exported: of each row what analysts count by, and of people a pseudonym (E-33).

What is not named here leaves for nowhere: no number, name, username, email, place, key, code or identifier of a phone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Model, Q

from connectid.accounts.models import Account
from connectid.credentials.models import Award
from connectid.devices.models import Device
from connectid.enrollment.models import EnrollmentSession
from connectid.insights.pseudonyms import EXPORTS, pseudonym
from connectid.providers.exports import Column, Row, Type, Value

type Reads = dict[str, tuple[str, Type]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an export. ``person`` is the field of the account, which becomes a pseudonym."""

    name: str
    model: type[Model]
    person: str
    reads: Reads
    """Columns after the person: the field of each, and what it holds."""
    only: Q = field(default_factory=Q)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What a row has, in order."""
        others = (Column(name, type_) for name, (_, type_) in self.reads.items())
        return (Column("person", Type.TEXT), *others)

    def page(self, *, after: int, last: int, size: int) -> tuple[list[Row], int | None]:
        """Return the rows after an id, at most ``size``, and the id of the last of them. One statement."""
        found = (
            self.model._default_manager.filter(self.only, pk__gt=after, pk__lte=last)
            .order_by("pk")
            .values_list("pk", self.person, *(name for name, _ in self.reads.values()))[:size]
        )
        page = list(found)
        rows: list[Row] = [(_person(person), *values) for _, person, *values in page]
        return rows, page[-1][0] if page else None

    def last_id(self) -> int:
        """The newest row's id."""
        newest = self.model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
        return newest or 0


def _person(account_id: int | None) -> Value:
    return None if account_id is None else pseudonym(account_id, purpose=EXPORTS)


def _of(type_: Type, *same: str, **others: str) -> Reads:
    """Columns of one type: those that are called as their fields, and others by the field of each."""
    fields = {name: name for name in same} | others
    return {name: (field_name, type_) for name, field_name in fields.items()}


_texts, _flags, _moments = (partial(_of, type_) for type_ in (Type.TEXT, Type.BOOLEAN, Type.MOMENT))

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "accounts",
            Account,
            "pk",
            _moments(joined_at="date_joined")
            | _flags("is_active", "is_invited", "is_self_enrolled")
            | _moments("locked_at", hq_signed_in_at="hq_sign_in__at"),
            only=Q(is_staff=False),
        ),
        Table(
            "devices",
            Device,
            "account_id",
            _texts("model")
            | _moments(enrolled_at="created_at", last_used_at="last_accessed_at", ended_at="revoked_at"),
        ),
        Table(
            "sessions",
            EnrollmentSession,
            "account_id",
            _moments(started_at="created_at")
            | _flags("is_invited", "is_fictitious")
            | _texts("country", "line_type", "proof_method")
            | _moments(proven_at="phone_proven_at"),
        ),
        Table(
            "awards",
            Award,
            "account_id",
            _texts(
                authority="credential__issuer__authority",
                environment="credential__issuer__environment",
                type="credential__type",
                level="credential__level",
                slug="credential__slug",
            )
            | _moments("awarded_at", "accepted_at", "revoked_at"),
        ),
    )
}
