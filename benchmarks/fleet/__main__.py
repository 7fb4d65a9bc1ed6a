"""`make fleet`: a hundred thousand phones at their real rates, then all of them within a minute, then a database that hangs."""

import argparse
import sys
import time

from benchmarks import fake_fcm, performance_page, scale, surroundings
from benchmarks.fleet import machine, partner
from benchmarks.report import print_table, save


def main() -> int:
    """Make the accounts, serve them, play the scenes, print the figures, and keep those of a whole fleet; return 1 when a goal was missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--phones", type=int, default=scale.PHONES, help="fewer are a try: nothing is kept"
    )
    arguments.add_argument("--seconds", type=int, default=60, help="of each scene")
    chosen = arguments.parse_args()
    with (
        surroundings.environment() as environment,
        partner.running() as partner_url,
        fake_fcm.running() as fcm,
    ):
        began = time.monotonic()
        surroundings.generate(
            chosen.phones, PUBLIC_URL=partner_url
        )  # where generated partners take their callbacks
        print(f"{chosen.phones:,} accounts made in {time.monotonic() - began:.0f} s")
        import django

        django.setup()
        from benchmarks.fleet import scenes
        from benchmarks.fleet.crew import Crew

        crew = Crew(chosen.phones)
        every = True
        with machine.serving(environment | fcm) as served:
            for title, figures in (
                ("calm", scenes.calm(served, crew, chosen.seconds, partner_url)),
                ("stampede", scenes.stampede(served, crew, chosen.seconds)),
                ("stuck", scenes.stuck(served, crew)),
            ):
                every &= print_table(scenes.TITLES[title], figures)
    if chosen.phones >= scale.PHONES:
        save()
        performance_page.write()
    return 0 if every else 1


if __name__ == "__main__":
    sys.exit(main())
