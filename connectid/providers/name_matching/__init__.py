"""Whether the name somebody gives is the name of the account that has their phone number (contract 5.5).

Most pairs are judged here; only those in between are asked of a bot.
"""

from functools import cache
from typing import Protocol

import structlog
from django.conf import settings
from django.core.signals import setting_changed

from connectid.providers.errors import ProviderError
from connectid.providers.name_matching.scoring import Verdict, compare

log = structlog.get_logger(__name__)


class NameJudge(Protocol):
    """Judges pairs of names that scoring is not sure of."""

    def is_same_person(self, *, existing: str, candidate: str) -> bool:
        """Whether both names are likely to be one person's.

        Raises ``Rejected`` or ``Unavailable`` when it cannot say, after 5 seconds at most.
        """


def same_person(existing: str, candidate: str) -> bool:
    """Whether ``candidate`` may be the person whose account has the name ``existing``.

    A pair that scoring is not sure of is the judge's to decide. Without a judge, or without an answer from it, the
    phone's owner has the benefit of the doubt (contract 5.5).
    """
    match compare(existing, candidate):
        case Verdict.MATCH:
            return True
        case Verdict.NO_MATCH:
            return False
        case Verdict.UNSURE:
            try:
                return pick().is_same_person(existing=existing, candidate=candidate)
            except ProviderError as failure:
                log.warning("name_judge_gave_no_answer", reason=failure.reason)
                return True


@cache
def pick() -> NameJudge:
    """Return the process's judge: Open Chat Studio's bot when its key and id are set, else one that trusts everybody."""
    if settings.OCS_API_KEY and settings.OCS_CULTURAL_NAME_BOT_ID:
        from connectid.providers.name_matching.open_chat_studio import OpenChatStudioJudge

        return OpenChatStudioJudge.from_settings()
    from connectid.providers.name_matching.sandbox import SandboxJudge

    return SandboxJudge()


def _forget_choice(*, setting: str, **_: object) -> None:
    if setting in {"OCS_URL", "OCS_API_KEY", "OCS_CULTURAL_NAME_BOT_ID"}:
        pick.cache_clear()


setting_changed.connect(_forget_choice)
