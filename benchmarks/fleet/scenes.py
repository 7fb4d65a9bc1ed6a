"""What is played, and what is told of it."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

from benchmarks.fleet import generator, partner
from benchmarks.fleet.crew import Crew
from benchmarks.fleet.generator import Answer, Played
from benchmarks.fleet.machine import Machine, Spent
from benchmarks.report import Figure
from benchmarks.scale import FLEET, PHONES

TITLES = {
    "calm": FLEET,
    "stampede": "A stampede: all phones within a minute",
    "stuck": "A database that hangs for ten seconds while phones go on calling",
}

WARM_UP = 10.0
AFTERWARDS = 30.0
HANGS = 10.0
CALM = 0.25
"""Seconds within which answers come from a server that has recovered."""
HARDLY = 0.05

SHED = 503


def calm(machine: Machine, crew: Crew, seconds: float, partner_url: str) -> Iterator[Figure]:
    """The real rates: everything is answered, soon, and nothing is turned away."""
    load = os.getloadavg()[0]
    generator.play(machine.server.url, crew.a_while(WARM_UP))
    before, called = machine.spent(), partner.received(partner_url)
    played = generator.play(machine.server.url, crew.a_while(seconds))
    spent = machine.spent().since(before)
    share = PHONES / crew.phones / seconds
    yield Figure("load average of the machine beforehand", load, "")
    yield Figure("phones", crew.phones, "")
    yield Figure("requests a second", len(played.answers) / seconds, "/s")
    yield Figure(f"application CPU for {PHONES:,} phones", spent.application * share, "cpu", goal=0.5)
    yield Figure(f"database CPU for {PHONES:,} phones", spent.database * share, "cpu", goal=0.5)
    yield Figure("the generator's own CPU", played.cpu / seconds, "cpu")
    yield from _percentiles("latency", played.answers)
    yield from _percentiles("latency of polls", [one for one in played.answers if one.kind == "poll"])
    yield Figure("answers other than 2xx", _count(played, lambda one: not _is_good(one)), "", goal=0)
    yield Figure("callbacks that the partner received", partner.received(partner_url) - called, "")
    _name_the_bad(played)


def stampede(machine: Machine, crew: Crew, seconds: float) -> Iterator[Figure]:
    """All phones at once: the server does what it can, turns the rest away, and is well again by itself."""
    requests = crew.a_while(seconds + AFTERWARDS) + crew.stampede(seconds)
    before = machine.spent()
    played = generator.play(machine.server.url, requests)
    spent = machine.spent().since(before)
    during = [one for one in played.answers if one.at < seconds]
    served = [one for one in during if _is_good(one)]
    shed = [one for one in during if one.status == SHED]
    yield Figure("phones", crew.phones, "")
    yield Figure("requests a second that came", len(during) / seconds, "/s")
    yield Figure("requests a second that were served", len(served) / seconds, "/s")
    yield Figure("part that was turned away", 100 * len(shed) / len(during), "%")
    yield Figure("of what phones do not repeat by themselves", 100 * _part_shed_of_the_rest(during), "%")
    yield Figure("application CPU meanwhile and afterwards", spent.application / seconds, "cpu")
    yield Figure("database CPU", spent.database / seconds, "cpu")
    yield from _percentiles("latency of what was served", served)
    yield from _percentiles("latency of a refusal", shed)
    yield Figure(
        "connections lost or never answered", _count(played, lambda one: one.status == 0), "", goal=0
    )
    yield Figure("answers that harm a phone", _count(played, _is_harmful), "", goal=0)
    yield Figure("seconds until it was calm again", _recovery(played.answers, seconds), "s", goal=5)
    _name_the_bad(played)


def stuck(machine: Machine, crew: Crew) -> Iterator[Figure]:
    """Nothing can be served for a while: what does turning everybody away cost?"""
    machine.rest()
    spent: list[Spent] = []
    holding = threading.Thread(target=_hang, args=(machine, spent))
    holding.start()
    time.sleep(0.5)
    requests = [one for one in crew.stampede(60) if one.at < HANGS]
    told = machine.shed()
    played = generator.play(machine.server.url, requests + crew.a_while(AFTERWARDS, start=HANGS + 1))
    holding.join()
    during = [one for one in played.answers if one.at < HANGS]
    shed = [one for one in during if one.status == SHED]
    cpu = spent[0].application
    yield Figure("requests a second that came", len(during) / HANGS, "/s")
    yield Figure("turned away", 100 * len(shed) / len(during), "%")
    yield Figure("as /metrics counts it, over what clients saw", (machine.shed() - told) / len(shed), "x")
    yield Figure("application CPU per refusal", cpu * 1000 / len(shed), "ms", goal=0.5)
    yield from _percentiles("latency of a refusal", shed)
    yield Figure(
        "connections lost or never answered", _count(played, lambda one: one.status == 0), "", goal=0
    )
    yield Figure("answers that harm a phone", _count(played, _is_harmful), "", goal=0)
    yield Figure("seconds until it was calm again", _recovery(played.answers, HANGS), "s", goal=5)
    _name_the_bad(played)


def _hang(machine: Machine, spent: list[Spent]) -> None:
    with machine.stuck():
        before = machine.spent()
        time.sleep(HANGS + 0.5)
        spent.append(machine.spent().since(before))


def _is_good(one: Answer) -> bool:
    return 200 <= one.status < 300


def _is_harmful(one: Answer) -> bool:
    """Anything that the app does not take for "later": 400 makes it forget its user, others crash it (contract 4)."""
    return one.status != 0 and not _is_good(one) and one.status != SHED


def _count(played: Played, chosen: Callable[[Answer], bool]) -> int:
    return sum(map(chosen, played.answers))


def _part_shed_of_the_rest(during: list[Answer]) -> float:
    rest = [one for one in during if one.kind not in {"poll", "heartbeat", "toggles", "credentials"}]
    return sum(one.status == SHED for one in rest) / max(1, len(rest))


def _recovery(answers: list[Answer], end: float) -> float:
    """Seconds after ``end`` until seconds began in which hardly anything was refused, lost or slow."""
    came: Counter[int] = Counter()
    bad: Counter[int] = Counter()
    for one in answers:
        if one.at >= end:
            second = int(one.at - end)
            came[second] += 1
            bad[second] += one.seconds > CALM or not _is_good(one)
    return float(max((second + 1 for second in came if bad[second] > HARDLY * came[second]), default=0))


def _percentiles(name: str, answers: list[Answer]) -> Iterator[Figure]:
    seconds = sorted(one.seconds for one in answers)
    for share, told in ((0.5, "median"), (0.95, "95th percentile"), (0.99, "99th percentile")):
        if seconds:
            value = seconds[min(len(seconds) - 1, int(len(seconds) * share))]
            yield Figure(f"{name}, {told}", value * 1000, "ms")


def _name_the_bad(played: Played) -> None:
    bad: dict[tuple[str, int], int] = {}
    for one in played.answers:
        if not _is_good(one):
            bad[one.kind, one.status] = bad.get((one.kind, one.status), 0) + 1
    for (kind, status), count in sorted(bad.items()):
        print(f"    {kind}: {status or 'no answer'}, {count} times")
