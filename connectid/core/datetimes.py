"""The three ways in which the contract writes a moment (contract 2.3). All moments are aware; all are written in UTC."""

from datetime import UTC, datetime


def serializer_format(moment: datetime) -> str:
    """``2026-07-22T10:11:12.345678Z``: timestamps of messages and notifications; microseconds left out when zero."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def encoder_format(moment: datetime) -> str:
    """``2026-07-22T10:11:12.345Z``: dates of local switches and ``hq_sso_date``; milliseconds, left out when zero."""
    utc = moment.astimezone(UTC)
    text = utc.isoformat(timespec="milliseconds" if utc.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z"


def iso_format(moment: datetime) -> str:
    """``2026-07-22T10:11:12.345678+00:00``: dates of credentials and ``last_accessed``."""
    return moment.astimezone(UTC).isoformat()


def text_format(moment: datetime) -> str:
    """``2026-07-22 10:11:12.345678+00:00``: ``received_on`` in callbacks to message servers."""
    return str(moment.astimezone(UTC))
