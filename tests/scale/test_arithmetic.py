"""docs/scale.md multiplies what a worker costs (``benchmarks.scale``): its products are its factors'."""

import re
from pathlib import Path

PAGE = re.sub(
    "<!-- .*? -->",
    "",
    (Path(__file__).resolve().parents[2] / "docs" / "scale.md").read_text(encoding="utf-8"),
)
MILLIONS = (1, 10, 100)
A_DAY = 86_400


def cells(beginning: str) -> list[list[float]]:
    """The numbers in each cell of the row that begins so."""
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| {beginning}")]
    return [
        [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", cell)]
        for cell in row.split("|")[2:-1]
    ]


def near(told: float, computed: float) -> bool:
    """Whether it is the same number, rounded for readers."""
    return abs(told - computed) <= 0.08 * computed


def test_requests_and_processors_follow_from_those_of_a_worker() -> None:
    a_day = cells("requests | ")[0][0]
    application, database = cells("application |")[0][0], cells("database |")[0][0]
    for millions, (mean, busiest) in zip(MILLIONS, cells("requests a second"), strict=True):
        assert near(mean, millions * 1e6 * a_day / A_DAY)
        assert busiest == 2 * mean
    for cost, row in ((application, "cores of server processes"), (database, "cores of PostgreSQL")):
        for millions, (mean, kept) in zip(MILLIONS, cells(row), strict=True):
            assert near(mean, millions * cost)
            assert 4 * mean <= kept <= 4 * mean + max(1, 0.1 * 4 * mean)


def test_a_worker_costs_what_was_measured() -> None:
    """Of what `make fleet` found for a hundred thousand phones, as the page tells it."""
    for row in ("application |", "database |"):
        micro, for_100_000 = cells(row)[0][0], cells(row)[0][1]
        assert near(micro * 0.1, for_100_000)
