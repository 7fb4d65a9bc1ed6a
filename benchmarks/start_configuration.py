"""Opening a session while each outside call takes 100 ms: the answer takes as long as one of them, not as all."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from http import HTTPStatus

from benchmarks import load, server
from benchmarks.report import Figure
from connectid.testing.fake_http import FakeServer

DELAY = 0.1
REQUESTS = 40


def figures(environment: dict[str, str]) -> Iterator[Figure]:
    """Measure the real adapters against slow fakes."""
    raise NotImplementedError
