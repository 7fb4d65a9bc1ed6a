"""`python -m benchmarks.baselines`: the report's patterns beside ours."""

import sys

from benchmarks import page_tables, performance_page, surroundings
from benchmarks.report import print_table, save


def main() -> int:
    """Measure every pattern on PostgreSQL, print and keep the figures."""
    with surroundings.environment():
        import django

        django.setup()
        from benchmarks.baselines import figures

        every = print_table(page_tables.PATTERNS, figures.figures())
    save()
    performance_page.write()
    return 0 if every else 1


if __name__ == "__main__":
    sys.exit(main())
