"""What docs/scale.md multiplies: what a worker costs, as the last runs found it, times so many workers."""

import math
from collections.abc import Callable
from typing import Any

from benchmarks.fleet import rates
from benchmarks.report import short
from benchmarks.storage import TITLE

FLEET = "A fleet: phones and their partners at their real rates"
PHONES = 100_000
"""For so many figures of CPU are given, however many are played."""

A_DAY = 86_400
ACCOUNTS = 1_000_000
STORED = short(TITLE.format(accounts=ACCOUNTS))
HOT = f"Hot endpoints at {ACCOUNTS:,} accounts"
NOTIFICATIONS_KEPT, MESSAGES_KEPT, LOOK_UPS_KEPT = 7, 90, 400
"""Days. Notifications go so long after the phone has them, which is on the same day."""
FETCHED = 50
"""Numbers of one look-up."""
AN_ID = 10
"""Bytes of an account's id in the record of a look-up."""
READ_OFTEN = (
    "accounts_account",
    "messaging_channel",
    "devices_pushregistration",
    "oauth_refreshtoken",
    "devices_device",
    "oauth_accesstoken",
)
"""Tables that phones' requests read all over, beside notifications."""
FOR_GOOD = (
    "accounts_account",
    "messaging_channel",
    "credentials_award",
    "devices_pushregistration",
    "devices_device",
    "payments_paymentnumber",
)
MACHINE = 16
"""Cores of a machine."""
OF_SERVERS, OF_DATABASE = 12, 4
"""As one machine divides them."""
LARGE = 64
"""Cores of a large machine."""
HALF_AT_THE_BUSIEST = 4
"""Times the mean: the busiest hour has twice as much, and half of what there is shall do then."""
CONNECTIONS = 8
"""Of a core of server processes."""
SHARDS = 16
SIZES = (1, 10, 100)
"""Millions of workers."""
OF_FCM = 10_000
"""Pushes a second that FCM allows a project."""
CAMPAIGN = 10


def places(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the page says, by the name of the place; nothing as long as one of the tables was not measured."""
    fleet, stored, hot = (_of(rows, title) for title in (FLEET, STORED, HOT))
    if not (fleet and stored and hot):
        return {}
    application = fleet[f"application CPU for {PHONES:,} phones"]
    database = fleet[f"database CPU for {PHONES:,} phones"]
    a_day = fleet["requests a second"] / fleet["phones"] * A_DAY
    return {
        "requests of a worker in a day": f"{_short(a_day):,.0f}",
        "requests of the fleet in a second": f"{_short(fleet['requests a second']):,.0f}",
        "phones of the fleet": f"{fleet['phones']:,.0f}",
        "application": f"{_micro(application)} µ-cores ({_short(application):g} cores for {PHONES:,} phones)",
        "database": f"{_micro(database)} µ-cores ({_short(database):g} cores for {PHONES:,} phones)",
        **_one_machine(application, database, a_day, stored),
        **_storage(stored),
        "part that replicas take": f"{100 * replicated(hot, database):.0f} %",
        "workers of a large database": f"{_short(LARGE / HALF_AT_THE_BUSIEST / database * PHONES / 1e6):g} million",
        "workers whom FCM's rate allows": f"{_short(OF_FCM / pushes(1e6)):g} million",
        "cores of a shard": f"{math.ceil(to_have(1000 * database) / SHARDS)} cores",
        "the arithmetic": "\n".join(_arithmetic(a_day, application, database, stored)),
    }


def of_a_worker(stored: dict[str, float], table: str) -> float:
    """Bytes that one worker has in a table, in a fleet that has gone on for as long as anything is kept."""
    match table:
        case "notifications_notification":
            return rates.notifications_a_day(PHONES) * NOTIFICATIONS_KEPT * stored[table]
        case "messaging_message":
            return rates.messages_a_day() * MESSAGES_KEPT * stored[table]
        case "directory_lookup":
            fetches = rates.FETCHES / PHONES * A_DAY * LOOK_UPS_KEPT
            return fetches * (stored[table] + FETCHED * AN_ID)
    return stored[table] * stored[f"{table}: rows"] / ACCOUNTS


def replicated(hot: dict[str, float], database: float) -> float:
    """The part of the database's work that replicas can take: what a poll asks behind the look at the credential, which stays."""
    polls = rates.a_day("poll") + rates.a_day("poll on a push")
    # Switches cost the database only the look at the credential.
    behind = hot["retrieve_notifications: database CPU"] - hot["toggles: database CPU"]
    return polls * behind / 1000 / (database / PHONES * A_DAY)


def _of(rows: list[dict[str, Any]], table: str) -> dict[str, float]:
    """What was measured in the table whose title up to its colon is that of ``table``."""
    return {row["name"]: row["value"] for row in rows if short(row["table"]) == short(table)}


def _every(stored: dict[str, float]) -> float:
    return sum(of_a_worker(stored, table) for table in stored if not table.endswith(": rows"))


def _one_machine(
    application: float, database: float, a_day: float, stored: dict[str, float]
) -> dict[str, str]:
    of_servers = OF_SERVERS / HALF_AT_THE_BUSIEST / application * PHONES
    of_database = OF_DATABASE / HALF_AT_THE_BUSIEST / database * PHONES
    carried = min(of_servers, of_database)
    requests = _short(carried * a_day / A_DAY)
    often = sum(of_a_worker(stored, table) for table in (*READ_OFTEN, "notifications_notification"))
    return {
        "micro of the application": _micro(application),
        "micro of the database": _micro(database),
        "workers on the cores of servers": f"{of_servers / 1e6:.1f}",
        "workers on the cores of the database": f"{of_database / 1e6:.1f}",
        "requests of one machine": f"{requests:,.0f} requests a second in the mean, {2 * requests:,.0f} at the busiest hour",
        "storage of one machine": _bytes(carried * _every(stored)),
        "read often on one machine": _bytes(carried * often),
    }


def _storage(stored: dict[str, float]) -> dict[str, str]:
    """Places of the table of tables: ``NAME; a row``, ``NAME; rows`` of a worker, ``NAME; of a worker``."""
    tables = [table for table in stored if not table.endswith(": rows")]
    found = {
        "storage of a worker": _bytes(_every(stored)),
        "for good of a worker": _bytes(sum(of_a_worker(stored, table) for table in FOR_GOOD)),
        "notifications of a worker in a day": f"{_short(rates.notifications_a_day(PHONES)):g}",
        "messages of a worker in a day": f"{_short(rates.messages_a_day()):g}",
    }
    for table in tables:
        held = of_a_worker(stored, table)
        found |= {
            f"{table}; a row": _bytes(stored[table]),
            f"{table}; rows": f"{_short(held / stored[table]):g}",
            f"{table}; of a worker": _bytes(held),
        }
    return found


def _arithmetic(a_day: float, application: float, database: float, stored: dict[str, float]) -> list[str]:
    """The rows for one, ten and a hundred million workers."""
    servers = [to_have(10 * size * application) for size in SIZES]
    databases = [to_have(10 * size * database) for size in SIZES]
    good = sum(of_a_worker(stored, table) for table in FOR_GOOD)
    told = rates.notifications_a_day(PHONES)

    def each(text: Callable[[float], str]) -> list[str]:
        return [text(size * 1e6) for size in SIZES]

    machines = [f"{math.ceil(cores / MACHINE)}" for cores in servers]
    rows = {
        "Workers": [f"{size} million" for size in SIZES],
        "---": ["---"] * len(SIZES),
        "requests a second, mean (busiest hour)": each(lambda workers: _mean_and_busiest(workers * a_day)),
        "cores of server processes and their jobs, mean; to have (four times: half loaded at the busiest hour)": _cores(
            application, servers
        ),
        "cores of PostgreSQL, the same": _cores(database, databases),
        "storage": each(lambda workers: _bytes(workers * _every(stored))),
        "for good, if a third of the workers are new each year": each(
            lambda workers: f"{_bytes(workers * good / 3)} a year"
        ),
        f"notifications a day, at {_short(told):g} for a worker": each(
            lambda workers: f"{_short(workers * told / 1e6):,g} million"
        ),
        f"pushes a second, mean; at {CAMPAIGN} times that in a campaign": each(
            lambda workers: f"{pushes(workers):,g}; {CAMPAIGN * pushes(workers):,g}"
        ),
        f"connections of server processes ({CONNECTIONS} for each of their cores)": [
            f"{CONNECTIONS * cores:,.0f}" for cores in servers
        ],
        "connections that PostgreSQL has (behind PgBouncer, 4 for each of its cores)": [
            f"{CONNECTIONS * servers[0]:,.0f} without PgBouncer",
            f"{4 * databases[1]:,.0f}",
            f"{4 * databases[2]:,.0f} over all shards",
        ],
        f"machines of {MACHINE} cores: servers and jobs; databases, each with its standby": [
            f"{of_servers}; {math.ceil(cores / MACHINE)}"
            for of_servers, cores in zip(machines, databases, strict=True)
        ],
    }
    return [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]


def pushes(workers: float) -> float:
    """A second, in the mean: one for each notification."""
    return _short(workers * rates.notifications_a_day(PHONES) / A_DAY)


def _mean_and_busiest(a_day: float) -> str:
    mean = _short(a_day / A_DAY)
    return f"{mean:,.0f} ({2 * mean:,.0f})"


def _cores(of_100_000: float, kept: list[float]) -> list[str]:
    means = [_short(10 * size * of_100_000) for size in SIZES]
    return [f"{mean:,g}; {cores:,.0f}" for mean, cores in zip(means, kept, strict=True)]


def to_have(mean: float) -> float:
    """Cores for so many in the mean, rounded up to a number that one remembers."""
    wanted = HALF_AT_THE_BUSIEST * _short(mean)
    step = 10.0 ** max(0, math.floor(math.log10(wanted)) - 1)
    return math.ceil(round(wanted / step, 6)) * step


def _micro(cores_of_100_000: float) -> str:
    return f"{_short(10 * cores_of_100_000):g}"


def _bytes(size: float) -> str:
    for unit, large in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= large:
            return f"{_short(size / large):g} {unit}"
    return f"{_short(size):g} B"


def _short(value: float) -> float:
    """Two digits of it."""
    return float(f"{value:.2g}")
