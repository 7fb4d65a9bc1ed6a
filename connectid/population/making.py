"""Making a population: whether it may be made here, and its rows, worked out by other processes and loaded by this one."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q

from connectid.accounts.models import Account
from connectid.core import passwords
from connectid.credentials.models import Credential, Issuer
from connectid.credentials.operations import issuers
from connectid.insights.operations import counting
from connectid.jobs.models import Job
from connectid.messaging.models import MessageServer
from connectid.messaging.operations import servers
from connectid.oauth.models import ANDROID_CLIENT_ID, Client
from connectid.oauth.operations import clients
from connectid.population import conversations, lines, loading, passing, people, work
from connectid.population.lines import Block, Step
from connectid.population.plan import BACKUP_CODE, MOST, Partners, Plan, key_of, number_prefix

STEPS: tuple[Step, ...] = (
    people.ACCOUNTS,
    people.DEVICES,
    people.PUSHES,
    people.TOKENS,
    conversations.CHANNEL_STEP,
    conversations.MESSAGE_STEP,
    conversations.CALLBACK_STEP,
    passing.SESSION_STEP,
    passing.BROWSER_STEP,
    passing.REPORT_STEP,
    passing.JOB_STEP,
    work.AWARD_STEP,
    work.PAYMENT_STEP,
    work.LOOK_UP_STEP,
)
"""In an order in which what is referred to comes first."""

KEPT = (Job,)
"""Tables that are added to. All others are emptied."""

PART = 5000
"""Accounts worked out at a time: some ten thousand rows, a few megabytes."""

BACKUP_CODE_HASHES = 2
MESSAGE_SERVERS = 4
CREDENTIALS = 20


class NotHere(Exception):
    """The database must not be filled; the message says why."""


def make(
    *,
    accounts: int,
    seed: str,
    at: datetime,
    replace: bool = False,
    processes: int = 0,
    set_up: Callable[[], None] | None = None,
    tell: Callable[[str], None] = lambda _text: None,
) -> dict[type[Model], int]:
    """Fill the database; return how many rows each table got.

    The rows are worked out by ``processes`` others, each set up by ``set_up``, or by this one where there are none. Raises
    :class:`NotHere`. Nothing is left behind where it fails.
    """
    _refuse_in_vain(accounts)
    with transaction.atomic(durable=True):
        refuse_real_accounts(replace=replace)
        made = plan(accounts=accounts, seed=seed, at=at)
        columns, endings = _columns(made)
        into = loading.loader(columns)
        with into.loading(emptied=[model for model in columns if model not in KEPT]):
            for step, blocks in _worked_out(made, endings, processes, set_up):
                for model, block in zip(step.columns, blocks, strict=True):
                    into.load(model, block)
                tell(f"{', '.join(model._meta.label for model in step.columns)}: {_counted(into, step)}")
            tell("indexes")
    counting.reconcile()
    loading.analyze(columns)
    return into.loaded


def plan(*, accounts: int, seed: str, at: datetime) -> Plan:
    """Return the plan of a population, having made the partners that it refers to."""
    key = key_of(seed)
    without = Plan(accounts, key, int(at.timestamp()), number_prefix(), (), Partners((), 0, 0, ()))
    hashes = tuple(passwords.hash_memorised(BACKUP_CODE) for _ in range(BACKUP_CODE_HASHES))
    return Plan(accounts, key, without.at, without.number_prefix, hashes, _partners(without))


def refuse_real_accounts(*, replace: bool) -> None:
    """Raise :class:`NotHere` unless there are no accounts, or only demonstrations that may be replaced."""
    fictitious = Q()
    for prefix in settings.FICTITIOUS_NUMBER_PREFIXES:
        fictitious |= Q(phone_number__startswith=prefix) | Q(
            phone_number="", unproven_number__startswith=prefix
        )
    if Account.objects.exclude(fictitious, is_staff=False).exists():
        raise NotHere("There are accounts of people here, or of staff. Use another database.")
    if not replace and any(model.objects.exists() for model in _filled()):  # type: ignore[attr-defined]
        raise NotHere(
            "There are demonstration accounts here already: --replace removes them, with all that is theirs."
        )


def _refuse_in_vain(accounts: int) -> None:
    if not 1 <= accounts < MOST:
        raise NotHere(f"There are fictitious numbers for 1 to {MOST - 1} accounts.")


def _filled() -> list[type[Model]]:
    return [model for step in STEPS for model in step.columns if model not in KEPT]


def _partners(plan: Plan) -> Partners:
    """The servers and sites that accounts have to do with; their secrets follow from the seed, too."""
    clients.create_client(
        name="PersonalID for Android", grant=Client.GRANT_PASSWORD, client_id=ANDROID_CLIENT_ID, public=True
    )
    website = clients.create_client(
        name="Generated server",
        grant=Client.GRANT_CLIENT_CREDENTIALS,
        client_id=client_id(plan, 0),
        client_secret=client_secret(plan, 0),
    )
    found = [_message_server(plan, number) for number in range(1, MESSAGE_SERVERS + 1)]
    return Partners(
        message_servers=tuple(MessageServer.objects.get(client_id=server).pk for server in found),
        app=Client.objects.get(client_id=ANDROID_CLIENT_ID).pk,
        website=Client.objects.get(client_id=website.client_id).pk,
        credentials=_credentials([_issuer(plan, authority) for authority in ("CONNECT", "HQ")]),
    )


def _message_server(plan: Plan, number: int) -> str:
    place = f"{settings.PUBLIC_URL}/sandbox/partners/generated-{number}"
    addresses = {
        f"{purpose}_url": f"{place}/{purpose}" for purpose in ("key", "callback", "delivery", "consent")
    }
    return servers.create_message_server(
        name=f"Generated server {number}",
        client_id=client_id(plan, number),
        secret=client_secret(plan, number),
        **addresses,
    ).client_id


def _issuer(plan: Plan, authority: str) -> Issuer:
    number = -1 if authority == "HQ" else -2
    made = issuers.create_issuer(
        authority=authority,
        environment="staging",
        client_id=client_id(plan, number),
        secret=client_secret(plan, number),
    )
    return Issuer.objects.get(client_id=made.client_id)


def _credentials(from_issuers: list[Issuer]) -> tuple[int, ...]:
    """What there is to be awarded."""
    found = [
        Credential.objects.get_or_create(
            issuer=from_issuers[number % len(from_issuers)],
            type="LEARN",
            level="LEARN_PASSED",
            slug=f"generated-{number}",
            defaults={"title": f"Course {number}"},
        )[0].pk
        for number in range(CREDENTIALS)
    ]
    return tuple(found)


def client_id(plan: Plan, number: int) -> str:
    """Of a partner: 0 is the server with every permission, from 1 message servers."""
    return f"generated{plan.hex('client', number)[:31]}"


def client_secret(plan: Plan, number: int) -> str:
    """The secret of that partner."""
    return plan.hex("secret", number) + plan.hex("secret+", number)


def _columns(plan: Plan) -> tuple[dict[type[Model], Sequence[str]], dict[type[Model], str]]:
    """The columns of each table and the end of each of its lines: what the lines leave out."""
    columns: dict[type[Model], Sequence[str]] = {}
    endings: dict[type[Model], str] = {}
    for step in STEPS:
        for model, given in step.columns.items():
            named = [lines.column_of(model._meta.get_field(name)) for name in given]  # type: ignore[arg-type]
            rest, endings[model] = lines.defaults(model, given, plan)
            columns[model] = [*named, *rest]
    return columns, endings


def _worked_out(
    plan: Plan, endings: dict[type[Model], str], processes: int, set_up: Callable[[], None] | None
) -> Iterator[tuple[Step, list[Block]]]:
    """Every part of every step, in order."""
    ends = [[endings[model] for model in step.columns] for step in STEPS]
    wanted = [
        (index, round_, numbers)
        for index, step in enumerate(STEPS)
        for round_ in range(step.rounds)
        for numbers in plan.parts(PART)
    ]
    if not processes:
        for index, round_, numbers in wanted:
            yield STEPS[index], _work_out(plan, index, round_, numbers, ends[index])
        return
    # Spawned: a fork would share the connection. A few parts ahead and no more, so that memory stays bounded.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=set_up) as pool:
        ahead: deque[tuple[int, Future[list[Block]]]] = deque()
        for index, round_, numbers in wanted:
            ahead.append((index, pool.submit(_work_out, plan, index, round_, numbers, ends[index])))
            if len(ahead) > 2 * processes:
                yield _next(ahead)
        while ahead:
            yield _next(ahead)


def _next(ahead: "deque[tuple[int, Future[list[Block]]]]") -> tuple[Step, list[Block]]:
    index, future = ahead.popleft()
    return STEPS[index], future.result()


def _work_out(plan: Plan, index: int, round_: int, numbers: range, endings: list[str]) -> list[Block]:
    found = STEPS[index].make(plan, round_, numbers)
    return [
        lines.block(found[model], ending) for model, ending in zip(STEPS[index].columns, endings, strict=True)
    ]


def _counted(into: loading.Loader, step: Step) -> str:
    return " + ".join(f"{into.loaded[model]:,}" for model in step.columns)
