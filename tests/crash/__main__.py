"""``make test-crash``: all runs at full size. Needs PostgreSQL, RabbitMQ and Redis."""

import argparse
import random
import sys

from connectid.testing.brokers import broker
from tests.crash.run import Plan, run

EVERYTHING = Plan.kinds


def main() -> int:
    """Run what was chosen, print each table; return 1 where something was not as it must be."""
    parser = argparse.ArgumentParser(prog="make test-crash", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="in each direction")
    parser.add_argument("--faults", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--only", choices=("killed", "flushed", "down"))
    chosen = parser.parse_args()
    plans = {
        "killed": ("rabbitmq", Plan("Killed at random", chosen.messages, chosen.faults, chosen.seed)),
        "flushed": (
            "redis",
            Plan(
                "Redis, which is the broker too, flushed",
                chosen.messages,
                chosen.faults,
                chosen.seed,
                kinds=("redis", "celery", "redis", "worker", "redis", "dispatcher"),
            ),
        ),
        "down": (
            "rabbitmq",
            Plan("Partners down for 6 hours", chosen.messages, 0, chosen.seed, down_hours=6),
        ),
    }
    sound = True
    for name, (kind, plan) in plans.items():
        if chosen.only in (None, name):
            with broker(kind) as found:
                result = run(plan, found)
            print(result.table(), flush=True)
            sound &= not result.problems()
    return 0 if sound else 1


sys.exit(main())
