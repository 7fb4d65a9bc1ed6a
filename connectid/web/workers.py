"""What the worker processes of one server share: a folder, for their metrics and for the word of a shutdown."""

import os
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder. prometheus-client reads it too, on import: ``connectid serve`` sets it before it starts
workers.
"""


def shared_folder() -> Path | None:
    """The folder of this server's workers, or None for a process that serves alone."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None
