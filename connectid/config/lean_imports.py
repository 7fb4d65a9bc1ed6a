"""django-modern-rest, imported without the optional packages that servers have no use for.

It imports its validator of API documents, and a maker of examples, whenever they are installed, and for our tests they are.
Together they cost a worker 0.8 s and 40 MB, and no request needs them. Settings import it from here, before anybody else does.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

HIDDEN = ("openapi_spec_validator", "polyfactory")


@contextmanager
def _hidden() -> Iterator[None]:
    """Make :data:`HIDDEN` look missing inside the block; afterwards they can be imported as usual."""
    absent = [name for name in HIDDEN if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # what an import of a missing package finds
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with _hidden():
    from dmr.openapi import OpenAPIConfig
    from dmr.settings import Settings as DmrSetting

__all__ = ["DmrSetting", "OpenAPIConfig"]
