"""`make fleet`: a hundred thousand phones at their real rates, then all of them within a minute, then a database that hangs."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import fake_fcm, performance_page, surroundings
from benchmarks.fleet import machine, partner
from benchmarks.report import print_table, save

FOR = 100_000


def main() -> int:
    """Make the accounts, serve them, play the scenes, print and keep the figures; return 1 when a goal was missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--phones", type=int, default=FOR)
    arguments.add_argument("--seconds", type=int, default=60, help="of each scene")
    chosen = arguments.parse_args()
    with (
        surroundings.environment() as environment,
        partner.running() as partner_url,
        fake_fcm.running() as fcm,
    ):
        command = [str(Path(sys.prefix) / "bin" / "connectid"), "generate", "--accounts", str(chosen.phones)]
        began = time.monotonic()
        here = os.environ | {"PUBLIC_URL": partner_url}  # where generated partners take their callbacks
        subprocess.run(command, check=True, env=here, stdout=subprocess.DEVNULL)
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
    save()
    performance_page.write()
    return 0 if every else 1


if __name__ == "__main__":
    sys.exit(main())
