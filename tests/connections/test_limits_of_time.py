"""A row that somebody holds does not hold phones: requests end in time with 503, and nothing is half written."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg
import pytest
import requests

from connectid.accounts.models import Account
from connectid.messaging.models import Callback
from connectid.oauth.models import ANDROID_CLIENT_ID
from connectid.testing import partners
from connectid.testing.scene import EnrolledPhone, new_phone
from connectid.testing.tokens import new_token
from tests.connections.pgbouncer import bouncing
from tests.connections.serving import Server, database_url, serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql, pytest.mark.timeout(180)]


@contextlib.contextmanager
def held(*statements: str, account: Account) -> Iterator[None]:
    """Hold what the statements lock until the block ends."""
    with psycopg.connect(database_url()) as holder:
        for statement in statements:
            holder.execute(statement.encode(), {"pk": account.pk})
        yield
        holder.rollback()


ACCOUNT = "SELECT FROM accounts_account WHERE id = %(pk)s FOR UPDATE"
DEVICES = "SELECT FROM devices_device WHERE account_id = %(pk)s FOR UPDATE"


@dataclass
class Caller:
    """A phone and its bearer token: what asking needs is made before anything is held."""

    server: Server
    phone: EnrolledPhone = field(default_factory=new_phone)

    def __post_init__(self) -> None:
        self.bearer = new_token(account=self.phone.account).headers


def token(caller: Caller) -> requests.Response:
    phone = caller.phone
    form = {
        "client_id": ANDROID_CLIENT_ID,
        "scope": "openid",
        "grant_type": "password",
        "username": phone.account.username,
        "password": phone.credential,
    }
    return requests.post(f"{caller.server.url}/o/token/", data=form, timeout=30)


def update_profile(caller: Caller) -> requests.Response:
    return caller.server.post("/users/update_profile", {"name": "Chisomo Phiri"}, caller.phone.headers)


def heartbeat(caller: Caller) -> requests.Response:
    return caller.server.post("/users/heartbeat", {"fcm_token": "t1"}, caller.bearer)


ASKING: list[tuple[Callable[[Caller], requests.Response], str]] = [
    (token, ACCOUNT),
    (token, DEVICES),
    (update_profile, ACCOUNT),
    (heartbeat, ACCOUNT),
]


def refused(answer: requests.Response) -> bool:
    """Whether it is what `connectid.web.unavailable` says."""
    return (
        answer.status_code == 503
        and answer.headers["Retry-After"].isdigit()
        and answer.headers["Content-Type"].startswith("text/plain")
    )


def rows_of(account: Account) -> list[object]:
    """All that these requests may write."""
    found: list[object] = []
    with psycopg.connect(database_url()) as reader:
        for table, column in (
            ("accounts_account", "id"),
            ("devices_device", "account_id"),
            ("devices_pushregistration", "account_id"),
            ("oauth_refreshtoken", "user_id"),
        ):
            query = f"SELECT * FROM {table} WHERE {column} = %s ORDER BY 1"  # noqa: S608 - names of ours
            found += reader.execute(query.encode(), [account.pk]).fetchall()
    return found


def check(server: Server) -> None:
    """Each kind of request, while what it needs is held and afterwards."""
    for ask, statement in ASKING:
        caller = Caller(server)
        account = caller.phone.account
        before = rows_of(account)
        with held(statement, account=account):
            answer = ask(caller)
        waited = not answer.ok
        assert refused(answer) or answer.ok, (ask.__name__, answer.status_code)
        if waited:
            assert rows_of(account) == before, f"{ask.__name__} left something behind"
        again = ask(caller)
        assert again.ok, (ask.__name__, again.text)


def test_requests_end_in_time_and_leave_nothing_behind() -> None:
    with serving(DATABASE_LOCK_TIMEOUT="1") as server:
        caller = Caller(server)
        with held(ACCOUNT, account=caller.phone.account):
            assert refused(update_profile(caller))
        check(server)


def test_a_statement_that_takes_too_long_is_ended() -> None:
    """The table is locked as a whole, and no limit of locks set: reading waits as well."""
    with serving(DATABASE_LOCK_TIMEOUT="0", DATABASE_STATEMENT_TIMEOUT="1") as server:
        phone = new_phone()
        poll = "/messaging/retrieve_notifications/"
        with held("LOCK TABLE notifications_notification", account=phone.account):
            assert refused(server.get(poll, phone.headers))
        assert server.get(poll, phone.headers).status_code == 200


def test_jobs_of_a_server_wait_as_long_as_it_takes() -> None:
    """A job that finds its channel held waits longer than a request may, and does its work once it can."""
    partner = partners.new_partner()
    with serving(jobs="--jobs", DATABASE_LOCK_TIMEOUT="1", DATABASE_STATEMENT_TIMEOUT="2") as server:
        caller = Caller(server)
        channel = partners.new_channel(partner, caller.phone.account.pk)
        body = {"channel": str(channel.pk), "content": partners.SEALED, "message_id": str(uuid4())}
        with held("LOCK TABLE jobs_job IN EXCLUSIVE MODE", account=caller.phone.account):
            with psycopg.connect(database_url(), autocommit=True) as looking:
                waiting = until(lambda: looking.execute(_WAITING).fetchall(), patience=20)
                time.sleep(3)
                assert set(waiting) & set(looking.execute(_WAITING).fetchall()), "a job's statement was ended"
            assert refused(server.post("/messaging/send_message/", body, caller.phone.headers))
        assert server.post("/messaging/send_message/", body, caller.phone.headers).ok
        assert until(lambda: not Callback.objects.exists(), patience=30)


_WAITING = "SELECT pid FROM pg_locks WHERE relation = 'jobs_job'::regclass AND NOT granted"


def until[T](ask: Callable[[], T], *, patience: float) -> T:
    ends = time.monotonic() + patience
    while not (found := ask()):
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)
    return found


@pytest.mark.pgbouncer
def test_behind_pgbouncer_its_connect_query_sets_the_limits() -> None:
    limits = "SET lock_timeout = 1000; SET statement_timeout = 5000"
    with bouncing(connect_query=limits) as bouncer, serving(**bouncer.settings()) as server:
        caller = Caller(server)
        with held(ACCOUNT, account=caller.phone.account):
            assert refused(update_profile(caller))
        check(server)
