"""What the worker processes of one server share: a folder, for their metrics and for the word of a shutdown."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder to the workers. prometheus-client reads it too, when it is imported."""

_MARKER = "shutting-down"


@contextmanager
def sharing() -> Iterator[None]:
    """Give the workers that the block starts a folder; only before anything imports prometheus-client."""
    given = shared_folder()
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        for left_over in (*given.glob("*.db"), given / _MARKER):  # of an earlier server
            left_over.unlink(missing_ok=True)
        yield
        return
    with tempfile.TemporaryDirectory(prefix="connectid-workers-", ignore_cleanup_errors=True) as folder:
        os.environ[VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[VARIABLE]


def shared_folder() -> Path | None:
    """The folder of this server's workers, or None for a process that serves alone."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


def announce_shutdown() -> None:
    """Tell the workers that a shutdown has begun: their ``/health/ready`` says no from now on."""
    marker = _marker()
    if marker is not None:
        marker.touch()


def is_shutting_down() -> bool:
    """Whether a shutdown was announced."""
    marker = _marker()
    return marker is not None and marker.exists()


def _marker() -> Path | None:
    folder = shared_folder()
    return None if folder is None else folder / _MARKER
