"""What docs/scale.md multiplies: what a worker costs, as the fleet of the last run found it, times so many workers."""

import math
from typing import Any

FLEET = "A fleet: phones and their partners at their real rates"
PHONES = 100_000
"""For so many figures of CPU are given, however many are played."""

A_DAY = 86_400
STORED = 11_000
"""Bytes of a worker, by ``connectid generate --accounts 1000000``."""
MACHINE = 16
"""Cores of a machine."""
HALF_AT_THE_BUSIEST = 4
"""Times the mean: the busiest hour has twice as much, and half of what there is shall do then."""
CONNECTIONS = 8
"""Of a core of server processes."""
SHARDS = 16


def places(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the page says, by the name of the place; nothing where no fleet was measured."""
    fleet = {row["name"]: row["value"] for row in rows if row["table"] == FLEET}
    if not fleet:
        return {}
    application = fleet[f"application CPU for {PHONES:,} phones"]
    database = fleet[f"database CPU for {PHONES:,} phones"]
    of_servers = 10 / HALF_AT_THE_BUSIEST / application * PHONES
    of_database = 4 / HALF_AT_THE_BUSIEST / database * PHONES
    a_day = fleet["requests a second"] / fleet["phones"] * A_DAY
    carried = min(of_servers, of_database)
    requests = _short(carried * a_day / A_DAY)
    return {
        "requests of a worker in a day": f"{_short(a_day):,.0f}",
        "requests of the fleet in a second": f"{_short(fleet['requests a second']):,.0f}",
        "phones of the fleet": f"{fleet['phones']:,.0f}",
        "application": f"{_micro(application)} µ-cores ({_short(application):g} cores for {PHONES:,} phones)",
        "database": f"{_micro(database)} µ-cores ({_short(database):g} cores for {PHONES:,} phones)",
        "micro of the application": _micro(application),
        "micro of the database": _micro(database),
        "workers on ten cores of servers": f"{of_servers / 1e6:.1f}",
        "workers on four cores of the database": f"{of_database / 1e6:.1f}",
        "requests of one machine": f"{requests:,.0f} requests a second in the mean, {2 * requests:,.0f} at the busiest hour",
        "storage of one machine": f"{carried * STORED / 1e9:.0f} GB",
        "workers of three replicas": f"{_short(3 * 64 / HALF_AT_THE_BUSIEST / database * PHONES / 1e6):.0f} million",
        "cores of a shard": f"{to_have(1000 * database) / SHARDS:.0f} cores",
        "the arithmetic": "\n".join(_arithmetic(a_day, application, database)),
    }


def _arithmetic(a_day: float, application: float, database: float) -> list[str]:
    """The rows for one, ten and a hundred million workers."""
    sizes = (1, 10, 100)
    means = [_short(size * 1e6 * a_day / A_DAY) for size in sizes]
    servers = [to_have(10 * size * application) for size in sizes]
    databases = [to_have(10 * size * database) for size in sizes]
    one, ten, hundred = (
        [math.ceil(cores / MACHINE) for cores in pair] for pair in zip(servers, databases, strict=True)
    )
    rows = {
        "Workers": ["1 million", "10 million", "100 million"],
        "---": ["---"] * 3,
        "requests a second, mean (busiest hour)": [f"{mean:,.0f} ({2 * mean:,.0f})" for mean in means],
        "cores of server processes, mean; to have (four times: half loaded at the busiest hour)": _cores(
            application, servers
        ),
        "cores of PostgreSQL, the same": _cores(database, databases),
        "storage": ["11 GB", "110 GB", "1.1 TB"],
        "for good, if a third of the workers are new each year": [
            "1.0 GB a year",
            "10 GB a year",
            "100 GB a year",
        ],
        "notifications a day, at 0.4 for a worker": ["0.4 million", "4 million", "40 million"],
        "pushes a second, mean; at ten times that in a campaign": ["5; 50", "46; 460", "460; 4,600"],
        "connections of clients (8 for each core of server processes)": [
            f"{CONNECTIONS * cores:,.0f}" for cores in servers
        ],
        "connections that PostgreSQL has (2 to 4 for each of its cores)": [
            f"{CONNECTIONS * servers[0]:,.0f}",
            f"{4 * databases[1]:,.0f} through PgBouncer",
            f"{4 * databases[2]:,.0f} over all shards",
        ],
        "machines of 16 cores: servers, databases, jobs": [
            f"{one[0]}, {one[1]} and its standby, 0",
            f"{ten[0]}, {ten[1]} and standbys, 1",
            f"{hundred[0]}, {hundred[1]} and standbys, 10",
        ],
    }
    return [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]


def _cores(of_100_000: float, kept: list[float]) -> list[str]:
    means = [_short(10 * size * of_100_000) for size in (1, 10, 100)]
    return [f"{mean:,g}; {cores:,.0f}" for mean, cores in zip(means, kept, strict=True)]


def to_have(mean: float) -> float:
    """Cores for so many in the mean, rounded up to a number that one remembers."""
    wanted = HALF_AT_THE_BUSIEST * _short(mean)
    step = 10.0 ** max(0, math.floor(math.log10(wanted)) - 1)
    return math.ceil(round(wanted / step, 6)) * step


def _micro(cores_of_100_000: float) -> str:
    return f"{_short(10 * cores_of_100_000):g}"


def _short(value: float) -> float:
    """Two digits of it."""
    return float(f"{value:.2g}")
