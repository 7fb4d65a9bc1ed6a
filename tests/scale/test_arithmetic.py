"""docs/scale.md multiplies what a worker costs (``benchmarks.scale``): its products are its factors'.

Of made-up figures, filled into the page; and of the page as it stands, once a run has filled it.
"""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from benchmarks import scale
from benchmarks.fleet import rates
from benchmarks.performance_page import page as filled
from connectid.devices.operations import pruning as devices
from connectid.directory.operations import look_ups
from connectid.oauth import lifetimes

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")
MILLIONS = (1, 10, 100)
A_DAY = 86_400
UNITS = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "million": 1e6}
NUMBER = re.compile(rf"(\d[\d,]*(?:\.\d+)?)(?: ({'|'.join(UNITS)})\b)?")

BYTES_AND_ROWS = {
    "notifications_notification": (1000, 10_000_000),
    "messaging_message": (250, 10_000_000),
    "directory_lookup": (600, 100_000),
    "accounts_account": (900, 1_000_000),
    "messaging_channel": (200, 3_000_000),
    "credentials_award": (150, 2_000_000),
    "devices_pushregistration": (700, 950_000),
    "oauth_refreshtoken": (500, 1_300_000),
    "devices_device": (400, 1_050_000),
    "oauth_accesstoken": (450, 980_000),
    "payments_paymentnumber": (300, 500_000),
}
FLEET = {
    "phones": 50_000,
    "requests a second": 36.3,
    "application CPU for 100,000 phones": 0.231,
    "database CPU for 100,000 phones": 0.0874,
}
HOT = {"retrieve_notifications: database CPU": 0.31, "toggles: database CPU": 0.1}


def made_up() -> str:
    """The page as it would be after a run that found these figures."""
    stored = {table: size for table, (size, _) in BYTES_AND_ROWS.items()}
    stored |= {f"{table}: rows": count for table, (_, count) in BYTES_AND_ROWS.items()}
    tables: dict[str, Mapping[str, float]] = {
        scale.FLEET: FLEET,
        f"{scale.STORED}: so": stored,
        f"{scale.HOT}: the best of some": HOT,
    }
    rows: list[dict[str, Any]] = [
        {"table": table, "name": name, "value": value, "unit": ""}
        for table, figures in tables.items()
        for name, value in figures.items()
    ]
    return filled(PAGE, rows)


@pytest.fixture(params=["made up", "as it stands"])
def text(request: pytest.FixtureRequest) -> str:
    if request.param == "as it stands" and "-->?<!--" in PAGE:
        pytest.skip("no run has filled the page yet")
    found = PAGE if request.param == "as it stands" else made_up()
    return re.sub("<!-- .*? -->", "", found)


def numbers(words: str) -> list[float]:
    """The numbers in a text, in bytes or workers where a unit follows."""
    return [float(digits.replace(",", "")) * UNITS.get(unit, 1) for digits, unit in NUMBER.findall(words)]


def cells(text: str, beginning: str, *, of_them: int = 1) -> list[list[float]]:
    """The numbers in each cell of the row that begins so, the last of so many."""
    rows = [line for line in text.splitlines() if line.startswith(f"| {beginning}")]
    assert len(rows) == of_them
    return [numbers(cell) for cell in rows[-1].split("|")[2:-1]]


def stored_of_a_worker(text: str) -> float:
    """In the first of two rows that begin alike: the other one is of the arithmetic."""
    (of_a_worker,) = re.findall(r"^\| storage \| ([^|]*) \| below \|$", text, re.MULTILINE)
    return numbers(of_a_worker)[0]


def after(text: str, words: str) -> list[float]:
    """The numbers between these words and the end of their line."""
    [rest] = re.findall(re.escape(words) + "(.*)", text)
    return numbers(rest)


def near(told: float, computed: float, *, within: float = 0.1) -> bool:
    """Whether it is the same number, rounded for readers to two digits as its factors are: more of them, more apart."""
    return abs(told - computed) <= within * computed


def test_every_place_is_filled() -> None:
    assert "?" not in re.sub("<!-- .*? -->", "", made_up())


def test_requests_and_processors_follow_from_those_of_a_worker(text: str) -> None:
    a_day = cells(text, "requests | ")[0][0]
    application, database = cells(text, "application,")[0][0], cells(text, "database |")[0][0]
    for millions, (mean, busiest) in zip(MILLIONS, cells(text, "requests a second"), strict=True):
        assert near(mean, millions * 1e6 * a_day / A_DAY)
        assert busiest == 2 * mean
    for cost, row in ((application, "cores of server processes"), (database, "cores of PostgreSQL")):
        for millions, (mean, kept) in zip(MILLIONS, cells(text, row), strict=True):
            assert near(mean, millions * cost)
            assert 4 * mean <= kept <= 4 * mean + max(1, 0.1 * 4 * mean)


def test_a_worker_costs_what_was_measured(text: str) -> None:
    """Of what `make fleet` found for a hundred thousand phones, as the page tells it."""
    for row in ("application,", "database |"):
        micro, for_100_000 = cells(text, row)[0][:2]
        assert near(micro * 0.1, for_100_000)
    a_day, (a_second, phones) = cells(text, "requests | ")[0][0], cells(text, "requests | ")[1]
    assert near(a_day, a_second / phones * A_DAY)


def test_storage_of_a_worker_is_that_of_its_rows(text: str) -> None:
    tables = [line for line in text.splitlines() if re.match(r"\| `\w+_\w+` ", line)]
    whole = 0.0
    for line in tables:
        a_row, rows, of_a_worker = (numbers(cell)[0] for cell in line.split("|")[2:5])
        assert (
            near(of_a_worker, a_row * rows) or "directory_lookup" in line
        )  # whose numbers asked come on top
        whole += of_a_worker
    of_a_worker = stored_of_a_worker(text)
    assert whole <= of_a_worker * 1.05
    assert of_a_worker <= whole * 1.2, "the table leaves out what matters"
    for millions, (stored,) in zip(MILLIONS, cells(text, "storage |", of_them=2), strict=True):
        assert near(stored, millions * 1e6 * of_a_worker)
    ((for_good,), *_) = cells(text, "of that, for good")
    for millions, (a_year,) in zip(MILLIONS, cells(text, "for good, if a third"), strict=True):
        assert near(a_year, millions * 1e6 * for_good / 3)


def test_pushes_follow_from_notifications(text: str) -> None:
    a_day = cells(text, "notifications | ")[0][0]
    assert near(a_day, rates.notifications_a_day(scale.PHONES))
    assert near(cells(text, "messages | ")[0][0], rates.messages_a_day())
    for millions, (told,) in zip(MILLIONS, cells(text, "notifications a day"), strict=True):
        assert near(told, millions * 1e6 * a_day)
    for millions, (mean, campaign) in zip(MILLIONS, cells(text, "pushes a second"), strict=True):
        assert near(mean, millions * 1e6 * a_day / A_DAY)
        assert campaign == 10 * mean
    of_fcm, workers = after(text, "messages a minute for a project, ")[:2]
    assert near(workers * a_day / A_DAY, of_fcm)


def test_connections_and_machines_follow_from_processors(text: str) -> None:
    servers = [kept for _, kept in cells(text, "cores of server processes")]
    databases = [kept for _, kept in cells(text, "cores of PostgreSQL")]
    assert [one for (one,) in cells(text, "connections of server processes")] == [8 * one for one in servers]
    of_postgresql = [one for (one,) in cells(text, "connections that PostgreSQL has")]
    assert of_postgresql == [8 * servers[0], 4 * databases[1], 4 * databases[2]]
    machines = [[math.ceil(one / 16) for one in both] for both in zip(servers, databases, strict=True)]
    assert cells(text, "machines of 16 cores") == machines


def test_one_machine_carries_what_its_cores_do(text: str) -> None:
    cores, half, busiest, micro, workers, of_database, _, _, micro_of_database, more = after(
        text, "- Server processes: "
    )
    assert (cores, half, busiest, of_database) == (scale.OF_SERVERS, 0.5, 2, scale.OF_DATABASE)
    assert near(workers / 1e6, cores * half / busiest / micro)
    assert near(more / 1e6, of_database * half / busiest / micro_of_database)
    carried = min(workers, more)
    mean, at_the_busiest = after(text, "- Requests: ")
    assert near(mean, carried * cells(text, "requests | ")[0][0] / A_DAY, within=0.15)
    assert at_the_busiest == 2 * mean
    stored, read_often = after(text, "- Storage: ")
    assert near(stored, carried * stored_of_a_worker(text), within=0.15)
    assert read_often < stored
    assert after(text, "- Connections: ") == [scale.OF_SERVERS, 8, 96]


def test_large_databases_and_shards_follow_from_a_worker(text: str) -> None:
    micro = cells(text, "database |")[0][0]
    cores, workers = after(text, "writes are most of what the database does. With ")[:2]
    assert cores == scale.LARGE
    assert near(workers / 1e6, cores / 4 / micro)
    (of_a_shard,) = [int(found) for found in re.findall(r"Sixteen databases of (\d+) cores", text)]
    of_all = cells(text, "cores of PostgreSQL")[-1][1]
    assert of_all <= 16 * of_a_shard < of_all + 16


def test_replicas_take_what_a_poll_asks_behind_its_credential() -> None:
    behind = (0.31 - 0.1) / 1000 * 26  # seconds a day
    of_a_worker = FLEET["database CPU for 100,000 phones"] / 100_000 * A_DAY
    place = "take the read of every poll, <!-- figure: part that replicas take -->"
    assert near(after(made_up(), place)[0], 100 * behind / of_a_worker)


def test_what_is_kept_is_kept_as_long_as_the_settings_say(text: str) -> None:
    assert scale.NOTIFICATIONS_KEPT == settings.ACKNOWLEDGED_KEPT_DAYS
    assert scale.MESSAGES_KEPT == settings.MESSAGES_KEPT_DAYS
    assert look_ups.KEPT.days == scale.LOOK_UPS_KEPT
    assert settings.DATABASE_POOL_SIZE == scale.CONNECTIONS
    kept = {
        "notifications_notification": [settings.ACKNOWLEDGED_KEPT_DAYS, settings.UNREAD_KEPT_DAYS],
        "messaging_message": [settings.MESSAGES_KEPT_DAYS],
        "directory_lookup": [look_ups.KEPT.days, scale.FETCHED],
        "devices_pushregistration": [devices.REGISTRATIONS_KEPT.days],
        "devices_device": [devices.DEVICES_KEPT.days],
        "oauth_refreshtoken": [lifetimes.APP_REFRESH_TOKEN.days, lifetimes.REFRESH_TOKEN.days],
        "oauth_accesstoken": [lifetimes.ACCESS_TOKEN.total_seconds() / 3600],
    }
    assert {table: cells(text, f"`{table}`")[-1] for table in kept} == kept


def test_polls_and_the_like_of_a_day_are_what_the_fleet_plays(text: str) -> None:
    polls = rates.a_day("poll") + rates.a_day("poll on a push")
    assert cells(text, "requests | ")[0][1:] == [polls, rates.a_day("heartbeat"), rates.a_day("toggles")]
