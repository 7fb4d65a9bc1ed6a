"""What a check of ``connectid doctor`` saw."""

from dataclasses import dataclass
from typing import Literal

type Status = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw."""

    check: str
    status: Status
    detail: str
