"""Answers that are too long for memory: written to a file first, then sent from it.

A list of a million objects goes through memory page by page. The database connection is let go before the first byte leaves, so
that a slow client holds none; the length is known; and what fails while the file is written is an error, not half an answer.
"""

import tempfile
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import IO, Any, cast

import msgspec
from django.db import connection
from django.http import StreamingHttpResponse

IN_MEMORY = 1024 * 1024
"""Bytes up to which there is no file."""

AT_A_TIME = 1000
"""Objects that are written at once."""

_CHUNK = 64 * 1024


class SpooledResponse(StreamingHttpResponse):
    """A JSON answer that is in a file; ``length`` is that of its body."""

    def __init__(self, file: IO[bytes]) -> None:
        self.length = file.tell()
        file.seek(0)
        super().__init__(_Parts(file), content_type="application/json")


def json_list[Declared: msgspec.Struct](declared: type[Declared], objects: Iterable[Any]) -> Declared:
    """Answer ``declared``, whose only field is the list of ``objects``. They are read here, not when the answer is sent.

    What is returned is the response; to the type checker it is what the endpoint declares.
    """
    encoder = msgspec.json.Encoder()
    [field] = declared.__struct_fields__
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the response
    try:
        file.write(b"{" + encoder.encode(field) + b":[")
        between = b""
        for some in batched(objects, AT_A_TIME, strict=False):
            file.write(between + encoder.encode(some)[1:-1])
            between = b","
        file.write(b"]}")
    except BaseException:
        file.close()
        raise
    if not connection.in_atomic_block:
        connection.close()
    return cast("Declared", SpooledResponse(file))


class _Parts:
    """The parts of a file; whoever sends them closes it, sent or not."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        while part := self._file.read(_CHUNK):
            yield part
