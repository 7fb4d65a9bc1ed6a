"""Three ways to write a moment (contract 2.3)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from connectid.core.datetimes import encoder_format, iso_format, serializer_format, text_format

MOMENT = datetime(2026, 7, 22, 10, 11, 12, 345678, tzinfo=UTC)
WHOLE = datetime(2026, 7, 22, 10, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("write", "moment", "text"),
    [
        (serializer_format, MOMENT, "2026-07-22T10:11:12.345678Z"),
        (serializer_format, WHOLE, "2026-07-22T10:11:12Z"),
        (encoder_format, MOMENT, "2026-07-22T10:11:12.345Z"),
        (encoder_format, WHOLE, "2026-07-22T10:11:12Z"),
        (iso_format, MOMENT, "2026-07-22T10:11:12.345678+00:00"),
        (text_format, MOMENT, "2026-07-22 10:11:12.345678+00:00"),
    ],
)
def test_formats_are_exact(write: Callable[[datetime], str], moment: datetime, text: str) -> None:
    assert write(moment) == text
    elsewhere = moment.astimezone(timezone(timedelta(hours=2)))
    assert write(elsewhere) == text
