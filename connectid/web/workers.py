"""What the workers of one server share: a folder, for their metrics and for the word of a shutdown.

``connectid serve`` calls ``prepare`` first of all: prometheus-client decides on import whether it counts into
a folder.
"""

import os
import sys
from pathlib import Path

METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Read by prometheus-client itself."""


def prepare(run_dir: Path) -> None:
    """Make ``run_dir`` the shared folder of this process and of the workers it will start.

    The folder must be this server's alone; what an earlier run left in it is removed. Raises ``RuntimeError``
    when it is too late, because prometheus-client has been imported.
    """
    if "prometheus_client" in sys.modules:
        raise RuntimeError("prepare() must come before prometheus_client is imported")
    metrics = run_dir / "metrics"
    metrics.mkdir(parents=True, exist_ok=True)
    for left_over in [*metrics.glob("*.db"), run_dir / "draining"]:
        left_over.unlink(missing_ok=True)
    os.environ["RUN_DIR"] = str(run_dir)
    os.environ[METRICS_VARIABLE] = str(metrics)
