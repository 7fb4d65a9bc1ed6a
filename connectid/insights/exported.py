"""The tables that are exported: of each row what analysts count by, and of people a pseudonym (E-33).

What is not named here leaves for nowhere: no number, name, username, email, place, key, code or identifier of a phone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Model, Q

from connectid.accounts.models import Account
from connectid.credentials.models import Award
from connectid.devices.models import Device
from connectid.enrollment.models import EnrollmentSession
from connectid.insights.pseudonyms import EXPORTS, pseudonym
from connectid.providers.exports import Column, Row, Type, Value

type Reads = Mapping[str, tuple[str, Type]]


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


TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "accounts",
            Account,
            "pk",
            {
                "joined_at": ("date_joined", Type.MOMENT),
                "is_active": ("is_active", Type.BOOLEAN),
                "is_invited": ("is_invited", Type.BOOLEAN),
                "is_self_enrolled": ("is_self_enrolled", Type.BOOLEAN),
                "locked_at": ("locked_at", Type.MOMENT),
                "hq_signed_in_at": ("hq_sign_in__at", Type.MOMENT),
            },
            only=Q(is_staff=False),
        ),
        Table(
            "devices",
            Device,
            "account_id",
            {
                "model": ("model", Type.TEXT),
                "enrolled_at": ("created_at", Type.MOMENT),
                "last_used_at": ("last_accessed_at", Type.MOMENT),
                "ended_at": ("revoked_at", Type.MOMENT),
            },
        ),
        Table(
            "sessions",
            EnrollmentSession,
            "account_id",
            {
                "started_at": ("created_at", Type.MOMENT),
                "is_invited": ("is_invited", Type.BOOLEAN),
                "is_fictitious": ("is_fictitious", Type.BOOLEAN),
                "country": ("country", Type.TEXT),
                "line_type": ("line_type", Type.TEXT),
                "proof_method": ("proof_method", Type.TEXT),
                "proven_at": ("phone_proven_at", Type.MOMENT),
            },
        ),
        Table(
            "awards",
            Award,
            "account_id",
            {
                "authority": ("credential__issuer__authority", Type.TEXT),
                "environment": ("credential__issuer__environment", Type.TEXT),
                "type": ("credential__type", Type.TEXT),
                "level": ("credential__level", Type.TEXT),
                "slug": ("credential__slug", Type.TEXT),
                "awarded_at": ("awarded_at", Type.MOMENT),
                "accepted_at": ("accepted_at", Type.MOMENT),
                "revoked_at": ("revoked_at", Type.MOMENT),
            },
        ),
    )
}
