"""Items 6 to 8, 12 and 14: rows of the database."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import TruncMonth

from benchmarks.baselines.messages import people
from benchmarks.baselines.pattern import Pattern
from connectid.accounts.models import Account, new_subject
from connectid.core import clock
from connectid.credentials.models import Award, Credential
from connectid.credentials.operations import awarding, issuers
from connectid.enrollment.models import EnrollmentSession
from connectid.insights import queries as counts
from connectid.insights.operations import counting
from connectid.oauth.models import AccessToken, RefreshToken
from connectid.oauth.opaque_tokens import checksum
from connectid.oauth.operations import revocation
from connectid.population.plan import SUBSCRIBER_DIGITS, number_prefix
from connectid.verification import codes
from connectid.verification import queries as verification
from connectid.verification.models import Challenge, Transport

CREDENTIALS = 10
PREFIX = "bench-"


def numbered(count: int) -> list[str]:
    """Accounts with numbers, and sessions of them; replaces those of an earlier size."""
    EnrollmentSession.objects.filter(key_digest__startswith=PREFIX).delete()
    Account.objects.filter(username__startswith=PREFIX)._raw_delete("default")
    now = clock.now()
    numbers = [f"{number_prefix()}{place:0{SUBSCRIBER_DIGITS}}" for place in range(count)]
    Account.objects.bulk_create(
        (
            Account(
                username=f"{PREFIX}{place}",
                password="!",
                phone_number=number,
                date_joined=now - timedelta(hours=place % 20_000),
            )
            for place, number in enumerate(numbers)
        ),
        batch_size=5000,
    )
    EnrollmentSession.objects.bulk_create(
        (
            EnrollmentSession(
                key_digest=f"{PREFIX}{place}",
                phone_number=number,
                is_invited=place % 3 == 0,
                created_at=now - timedelta(hours=place % 20_000 + 1),
                expires_at=now - timedelta(hours=place % 20_000 - 3),
            )
            for place, number in enumerate(numbers)
        ),
        batch_size=5000,
    )
    counting.reconcile()
    while counting.roll_up():
        pass
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE accounts_account")
            cursor.execute("ANALYZE enrollment_enrollmentsession")
    return numbers[:: max(1, count // 20)]


def look_up(numbers: list[str]) -> None:
    """Who has that number, and which session was its last: what half of all endpoints ask."""
    for number in numbers:
        list(Account.objects.filter(phone_number=number, is_active=True)[:1])
        list(EnrollmentSession.objects.filter(phone_number=number).order_by("-created_at")[:1])


def without_indexes(act: Callable[[Any], object]) -> Callable[[Any], object]:
    """The same statements where no index may be used, as if there were none."""

    def run(given: Any) -> object:
        with transaction.atomic(), connection.cursor() as cursor:
            for way in ("indexscan", "indexonlyscan", "bitmapscan"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute("DISCARD PLANS")  # those of prepared statements outlive a setting
            try:
                return act(given)
            finally:
                cursor.execute("DISCARD PLANS")

    return run


@dataclass(frozen=True)
class Batch:
    """What an issuer sends."""

    issuer_id: int
    items: list[dict[str, Any]]


def batch(holders: int) -> Batch:
    """Ten credentials for so many people each."""
    from connectid.credentials.models import Issuer

    made = issuers.create_issuer(
        authority="CONNECT", environment="production", client_id=uuid4().hex, secret="s" * 40
    )
    names = [one.username for one in people(holders)]
    issuer = Issuer.objects.get(client_id=made.client_id)
    items = [
        {"usernames": names, "title": "Title", "type": "LEARN", "level": "1", "slug": str(place)}
        for place in range(CREDENTIALS)
    ]
    return Batch(issuer.pk, items)


def award_each(given: Batch) -> None:
    """A statement or two for each credential, and for each of its people."""
    for item in given.items:
        credential, _ = Credential.objects.get_or_create(
            issuer_id=given.issuer_id,
            type=item["type"],
            level=item["level"],
            slug=item["slug"],
            defaults={"title": item["title"]},
        )
        credential.title = item["title"]
        credential.save()
        for account in Account.objects.filter(username__in=item["usernames"], is_active=True):
            Award.objects.get_or_create(credential=credential, account=account)


def tokens(count: int) -> Account:
    """An account with tokens, as a phone that signs in again every ten hours leaves them."""
    (account,) = people(1)
    now = clock.now()
    later = now + timedelta(days=1)
    names = [uuid4().hex for _ in range(count)]
    AccessToken.objects.bulk_create(
        AccessToken(user=account, token_checksum=checksum(name), scope="openid", expires=later)
        for name in names
    )
    RefreshToken.objects.bulk_create(
        RefreshToken(
            user=account,
            token_checksum=checksum(f"r{name}"),
            token_family=uuid.uuid4(),
            authenticated_at=now,
            expires=later,
            application=_client(),
        )
        for name in names
    )
    return account


def _client() -> Any:
    from connectid.oauth.models import Client

    found, _ = Client.objects.get_or_create(
        client_id="bench-app",
        defaults={
            "name": "bench",
            "client_type": Client.CLIENT_PUBLIC,
            "authorization_grant_type": Client.GRANT_PASSWORD,
        },
    )
    return found


def revoke_each(account: Account) -> None:
    """Fetch them all, end them one by one."""
    for access in list(AccessToken.objects.filter(user=account)):
        access.delete()
    for refresh in list(RefreshToken.objects.filter(user=account)):
        refresh.revoked = clock.now()
        refresh.save()


def demonstration_codes(count: int) -> None:
    """Live codes of demonstration numbers."""
    Challenge.objects.all().delete()
    now = clock.now()
    Challenge.objects.bulk_create(
        Challenge(
            address=f"{number_prefix()}{place:0{SUBSCRIBER_DIGITS}}",
            transport=Transport.SMS,
            purpose="phone",
            scope=new_subject(),
            nonce=codes.new_nonce(),
            key_id=settings.SECRET_HASH_KEYS.current.id,
            created_at=now,
            expires_at=now + timedelta(minutes=10),
        )
        for place in range(count)
    )


def two_lists_sorted(_: None) -> list[tuple[str, str]]:
    """Two queries, put together and sorted in memory."""
    now = clock.now()
    live = Challenge.objects.filter(address__startswith=number_prefix(), used_at=None, expires_at__gt=now)
    first = [(one.address, codes.code_of(one)) for one in live.filter(purpose="phone")]
    second = [(one.address, codes.code_of(one)) for one in live.exclude(purpose="phone")]
    return sorted(first + second)


def count_by_subquery(_: list[str]) -> list[Any]:
    """All accounts, each with a look into its sessions, grouped by month."""
    invited_nobody = EnrollmentSession.objects.filter(
        phone_number=OuterRef("phone_number"),
        expires_at__gte=OuterRef("date_joined"),
        created_at__lte=OuterRef("date_joined"),
        is_invited=False,
    )

    def by_month(accounts: Any) -> list[Any]:
        grouped = accounts.annotate(month=TruncMonth("date_joined")).values("month").order_by("month")
        return list(grouped.annotate(number=Count("pk")))

    everybody = Account.objects.all()
    return [by_month(everybody), by_month(everybody.filter(Exists(invited_nobody), is_active=True))]


PATTERNS = (
    Pattern(
        6,
        "no index on what is looked up (20 numbers)",
        "accounts",
        (1000, 20_000),
        numbered,
        without_indexes(look_up),
        look_up,
        has_statements=False,
    ),
    Pattern(
        7,
        "statements for each credential and holder",
        "holders of 10 credentials",
        (10, 100),
        batch,
        award_each,
        lambda given: awarding.award(issuer_id=given.issuer_id, batch=given.items, at=clock.now()),
        writes=True,
    ),
    Pattern(
        8,
        "tokens fetched and revoked one by one",
        "tokens of each kind",
        (5, 200),
        tokens,
        revoke_each,
        lambda account: revocation.revoke_all(account_id=account.pk),
        writes=True,
    ),
    Pattern(
        12,
        "two queries, sorted in memory",
        "codes",
        (20, 2000),
        demonstration_codes,
        two_lists_sorted,
        lambda _: verification.fictitious_codes(at=clock.now()),
    ),
    Pattern(
        14,
        "counting all accounts by a subquery each",
        "accounts",
        (1000, 20_000),
        numbered,
        count_by_subquery,
        lambda _: counts.user_counts(),
    ),
)
